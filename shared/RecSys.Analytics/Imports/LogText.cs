namespace RecSys.Analytics.Imports;

/// <summary>Text of a log, for readers beside the importer, which take the same files and refuse the same.</summary>
public static class LogText
{
    /// <summary>Opens a text file, which may be compressed with gzip, whatever its name says.</summary>
    /// <returns>What it holds. Reading it to its end throws <see cref="LakeInputException"/> when it was cut short.</returns>
    /// <exception cref="LakeInputException">It isn't there, is empty, is an archive or is compressed in another way.</exception>
    public static Stream Open(string path)
    {
        var file = InputFile.Open(path);
        return file.Compression != ".zst"
            ? CompressedFile.OpenRead(file.Path, file.Compression)
            : throw new LakeInputException(path, "is a zstd file, which only imports read", "Unpack it with zstd -d");
    }
}
