using System.IO.Compression;
using System.Text.Json;

namespace RecSys.Algorithms.Tests.Golden;

/// <summary>
/// Real data and independently computed values that lie beside a checkout, in ../shared; they aren't part of the repository, and
/// a test says so when it goes without them.
/// </summary>
internal static class SharedData
{
    public static string? FolderOf(string relativePath)
    {
        var root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "RecSys.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        var folder = root is null ? null : Path.GetFullPath(Path.Combine(root, "..", "shared", relativePath));
        return Directory.Exists(folder) ? folder : null;
    }

    public static bool Has(ITestOutputHelper output, params string[] relativePaths)
    {
        var absent = relativePaths.Where(path => FolderOf(path) is null).ToArray();
        if (absent.Length > 0)
        {
            output.WriteLine($"../shared/{string.Join(" and ../shared/", absent)} isn't there: only the small committed case was run.");
        }

        return absent.Length == 0;
    }

    public static JsonElement ReadJson(string relativeFolder, string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(FolderOf(relativeFolder)!, file)));
        return document.RootElement.Clone();
    }

    public static IEnumerable<string> ReadGzipLines(string relativeFolder, string file)
    {
        using var stream = new GZipStream(File.OpenRead(Path.Combine(FolderOf(relativeFolder)!, file)), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
