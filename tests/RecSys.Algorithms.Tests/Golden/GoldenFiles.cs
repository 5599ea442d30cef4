using System.IO.Compression;
using RecSys.TestKit;

namespace RecSys.Algorithms.Tests.Golden;

/// <summary>Reads the independently computed values and public data sets that <see cref="Checkout.FindShared"/> finds.</summary>
internal static class GoldenFiles
{
    /// <summary>The lines of a gzipped text file.</summary>
    public static IEnumerable<string> ReadGzipLines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
