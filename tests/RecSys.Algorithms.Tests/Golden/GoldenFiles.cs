using System.IO.Compression;

namespace RecSys.Algorithms.Tests.Golden;

/// <summary>
/// Finds the independently computed values and public data sets that are kept beside the repository, in
/// <c>../shared/golden</c> and <c>../shared/data</c>. They are not part of it: tests that read them say so when they are absent.
/// </summary>
internal static class GoldenFiles
{
    /// <summary>The path of a file below the shared folder, or null when there is none.</summary>
    public static string? Find(string relativePath)
    {
        for (var folder = RepositoryRoot().Parent; folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", relativePath);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>The lines of a gzipped text file.</summary>
    public static IEnumerable<string> ReadGzipLines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static DirectoryInfo RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RecSys.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests must run inside the repository.");
        }

        return folder;
    }
}
