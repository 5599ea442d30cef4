namespace RecSys.Analytics.Imports;

/// <summary>A file to import, perhaps compressed: <c>.gz</c> and <c>.zst</c> are read as they are.</summary>
internal sealed class InputFile
{
    private static readonly string[] CompressedExtensions = [".gz", ".zst"];

    private InputFile(string path)
    {
        Path = path;
        var extension = System.IO.Path.GetExtension(path).ToLowerInvariant();
        Compression = CompressedExtensions.Contains(extension) ? extension : "";
        ContentExtension = Compression.Length > 0
            ? System.IO.Path.GetExtension(System.IO.Path.GetFileNameWithoutExtension(path)).ToLowerInvariant()
            : extension;
    }

    public string Path { get; }

    /// <summary><c>.gz</c>, <c>.zst</c> or empty.</summary>
    public string Compression { get; }

    /// <summary>The engine's name of the compression.</summary>
    public string EngineCompression => Compression switch { ".gz" => "gzip", ".zst" => "zstd", _ => "none" };

    /// <summary>The extension without that of the compression, such as <c>.tsv</c>.</summary>
    public string ContentExtension { get; }

    /// <summary>Whether the name says that it is Parquet.</summary>
    public bool IsParquet => ContentExtension is ".parquet" or ".pq";

    /// <summary>A file that must be there, be readable and not be empty.</summary>
    /// <exception cref="LakeInputException">It isn't.</exception>
    public static InputFile Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new LakeInputException(path, "is a folder where a file is needed", "Name the file in it");
        }

        if (!File.Exists(path))
        {
            throw new LakeInputException(path, "does not exist", "Check the path");
        }

        var file = new InputFile(path);
        Span<byte> start = stackalloc byte[4];
        int length;
        try
        {
            using var stream = File.OpenRead(path);
            length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LakeInputException(path, "can't be opened", "Check the file's permissions", inner: exception);
        }

        if (length == 0)
        {
            throw new LakeInputException(path, "is empty", "Fetch or export the file again");
        }

        var isWhatItsNameSays = file.Compression switch
        {
            ".gz" => start is [0x1F, 0x8B, ..],
            ".zst" => start is [0x28, 0xB5, 0x2F, 0xFD] or [_, 0x2A, 0x4D, 0x18],
            _ => true,
        };
        return isWhatItsNameSays
            ? file
            : throw new LakeInputException(path, $"is no {file.EngineCompression} file, though its name says so", "Name the file as what it is, or fetch it again");
    }

    /// <summary>The files of a folder by their extensions, in the order of their names; of a file, the file itself.</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static List<InputFile> OpenAll(string path, params string[] extensions)
    {
        if (!Directory.Exists(path))
        {
            return [Open(path)];
        }

        var files = Directory.EnumerateFiles(path)
            .Where(file => extensions.Contains(new InputFile(file).ContentExtension))
            .Order(StringComparer.Ordinal)
            .Select(Open)
            .ToList();
        return files.Count > 0
            ? files
            : throw new LakeInputException(path, $"has no file that ends in {string.Join(" or ", extensions)} (nor with .gz or .zst)", "Name the folder that holds the log, or its files");
    }

    /// <summary>A file of a folder by its name, with or without a compression's extension.</summary>
    /// <returns>The file; null when there is none.</returns>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static InputFile? Find(string folder, string name)
    {
        foreach (var extension in (string[])["", .. CompressedExtensions])
        {
            var path = System.IO.Path.Combine(folder, name + extension);
            if (File.Exists(path))
            {
                return Open(path);
            }
        }

        return null;
    }
}

/// <summary>The names that producers of logs give to the same columns, as <see cref="Plain"/> makes them.</summary>
internal static class ColumnNames
{
    public static readonly string[] User = ["userid", "user", "uid", "listener", "listenerid", "customer", "customerid", "usersha1"];
    public static readonly string[] Track = ["trackid", "itemid", "item", "track", "traid", "songid", "song", "iid"];
    public static readonly string[] Time = ["timestamp", "time", "listenedat", "startedat", "playedat", "datetime", "date", "ts"];
    public static readonly string[] ArtistId = ["artistid", "artid", "artistmbid", "artmbid"];
    public static readonly string[] Artist = ["artistname", "artname", "artist"];
    public static readonly string[] TrackName = ["trackname", "traname", "title", "songname", "name", "itemname"];

    /// <summary>A name without what differs: case, spaces, '_' and '-'.</summary>
    public static string Plain(string name) => string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();
}
