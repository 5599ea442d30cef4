using System.Globalization;
using System.IO.Compression;
using RecSys.Algorithms.Matrices;

namespace RecSys.Benchmarks.Models;

/// <summary>Reads lines of <c>user item item …</c>, gzipped or not, as a matrix of ones.</summary>
internal static class AdjacencyFile
{
    public static SparseMatrix Read(string path)
    {
        var rows = new List<int>();
        var columns = new List<int>();
        using var file = File.OpenRead(path);
        using var reader = new StreamReader(
            path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 1; i < fields.Length; i++)
            {
                rows.Add(int.Parse(fields[0], CultureInfo.InvariantCulture));
                columns.Add(int.Parse(fields[i], CultureInfo.InvariantCulture));
            }
        }

        var values = new float[rows.Count];
        Array.Fill(values, 1);
        return SparseMatrix.FromTriples(rows.Max() + 1, columns.Max() + 1, [.. rows], [.. columns], values);
    }
}
