namespace RecSys.Lake.Imports;

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

    /// <summary>The extension without that of the compression, such as <c>.tsv</c>.</summary>
    public string ContentExtension { get; }

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

        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length == 0)
            {
                throw new LakeInputException(path, "is empty", "Fetch or export the file again");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LakeInputException(path, "can't be opened", "Check the file's permissions", inner: exception);
        }

        return new InputFile(path);
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
