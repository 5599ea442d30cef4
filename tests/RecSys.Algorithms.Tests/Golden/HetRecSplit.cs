using System.Globalization;
using System.IO.Compression;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.Golden;

/// <summary>The train part of the HetRec 2011 listening counts, split by hash as the golden values were.</summary>
internal sealed class HetRecSplit
{
    private HetRecSplit(int[] userIds, int[] itemIds, SparseMatrix train)
    {
        UserIds = userIds;
        ItemIds = itemIds;
        Train = train;
    }

    /// <summary>User id of each row, ascending.</summary>
    public int[] UserIds { get; }

    /// <summary>Artist id of each column, ascending.</summary>
    public int[] ItemIds { get; }

    public SparseMatrix Train { get; }

    public static HetRecSplit? Load()
    {
        if (GoldenFiles.Find("data/hetrec2011-lastfm-2k/user_artists.dat.gz") is not { } path)
        {
            return null;
        }

        var rows = new List<(int User, int Artist, float Plays)>();
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split('\t');
            var user = int.Parse(fields[0], CultureInfo.InvariantCulture);
            var artist = int.Parse(fields[1], CultureInfo.InvariantCulture);
            if (((user * 1000003L) + artist) % 5 != 0)
            {
                rows.Add((user, artist, float.Parse(fields[2], CultureInfo.InvariantCulture)));
            }
        }

        int[] users = [.. rows.Select(row => row.User).Distinct().Order()];
        int[] items = [.. rows.Select(row => row.Artist).Distinct().Order()];
        var train = SparseMatrix.FromTriples(
            users.Length,
            items.Length,
            [.. rows.Select(row => Array.BinarySearch(users, row.User))],
            [.. rows.Select(row => Array.BinarySearch(items, row.Artist))],
            [.. rows.Select(row => row.Plays)]);
        return new HetRecSplit(users, items, train);
    }
}
