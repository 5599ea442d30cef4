namespace RecSys.Analytics.Imports;

/// <summary>A file to import, perhaps compressed: gzip and zstd are read as they are, whatever the name says.</summary>
internal sealed record InputFile
{
    /// <summary>What names of compressed files end in.</summary>
    public static readonly string[] CompressedExtensions = [".gz", ".zst"];

    private InputFile(string path, FileContent content)
    {
        Path = path;
        Compression = content switch { FileContent.Gzip => ".gz", FileContent.Zstd => ".zst", _ => "" };
        ContentExtension = ExtensionOf(path);
        IsParquet = ContentExtension is ".parquet" or ".pq" || content == FileContent.Parquet;
    }

    public string Path { get; private init; }

    /// <summary><c>.gz</c>, <c>.zst</c> or empty.</summary>
    public string Compression { get; private init; }

    /// <summary>The engine's name of the compression.</summary>
    public string EngineCompression => Compression switch { ".gz" => "gzip", ".zst" => "zstd", _ => "none" };

    /// <summary>The extension without that of the compression, such as <c>.tsv</c>.</summary>
    public string ContentExtension { get; }

    /// <summary>Whether it is Parquet, or its name says so.</summary>
    public bool IsParquet { get; }

    /// <summary>Bytes of the longest line; 0 when that is not known.</summary>
    public long LongestLine { get; private init; }

    /// <summary>The extension of a name, in small letters and without that of a compression.</summary>
    public static string ExtensionOf(string path)
    {
        var name = System.IO.Path.GetFileName(path).ToLowerInvariant();
        var extension = System.IO.Path.GetExtension(name);
        return CompressedExtensions.Contains(extension) ? System.IO.Path.GetExtension(System.IO.Path.GetFileNameWithoutExtension(name)) : extension;
    }

    /// <summary>A file that must be there, be readable, not be empty, and be no archive.</summary>
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

        FileContent content;
        try
        {
            if (new FileInfo(path).Length == 0)
            {
                throw new LakeInputException(path, "is empty", "Fetch or export the file again");
            }

            content = FileContents.Of(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LakeInputException(path, "can't be opened", "Check the file's permissions", inner: exception);
        }

        if (content == FileContent.Utf16)
        {
            throw new LakeInputException(path, "is text in UTF-16", "Convert the file, such as with iconv -f utf-16 -t utf-8");
        }

        if (content is not (FileContent.Other or FileContent.Gzip or FileContent.Zstd or FileContent.Parquet))
        {
            throw new LakeInputException(path, $"is {FileContents.Name(content)}", "Unpack it first, and name the files that it held");
        }

        var name = path.ToLowerInvariant();
        FileContent? named = name.EndsWith(".gz", StringComparison.Ordinal) ? FileContent.Gzip : name.EndsWith(".zst", StringComparison.Ordinal) ? FileContent.Zstd : null;
        return named is null || named == content
            ? new InputFile(path, content)
            : throw new LakeInputException(
                path, $"is no {(named == FileContent.Gzip ? "gzip" : "zstd")} file, though its name says so", "Name the file as what it is, or fetch it again");
    }

    /// <summary>The same file with the length of its longest line.</summary>
    public InputFile WithLongestLine(long bytes) => this with { LongestLine = bytes };

    /// <summary>A copy of the file, which is not compressed.</summary>
    public InputFile CopiedTo(string path) => this with { Path = path, Compression = "" };
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
