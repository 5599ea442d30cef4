using System.Globalization;
using System.Text.Json;
using RecSys.Algorithms.Splits;
using RecSys.TestKit;

namespace RecSys.Algorithms.Tests.Golden;

/// <summary>
/// Listening counts split by hash, with the values that independent programs computed for them in double precision: a small
/// case that is committed (<c>small.json</c>), and the full HetRec data where it lies beside the checkout.
/// </summary>
public sealed class GoldenCase
{
    public const string Small = "small";
    public const string HetRec = "hetrec";
    private const string HetRecCounts = "data/hetrec2011-lastfm-2k/user_artists.dat.gz";
    private const string HetRecValues = "golden/hetrec.json";
    private static readonly Lazy<GoldenCase> SmallCase = new(LoadSmall);
    private static readonly Lazy<GoldenCase> HetRecCase = new(LoadHetRec);

    private GoldenCase(IReadOnlyList<int[]> rows, JsonElement expected)
    {
        var userIds = rows.Select(r => (long)r[0]).Distinct().Order().ToArray();
        var artistIds = rows.Select(r => (long)r[1]).Distinct().Order().ToArray();
        var log = new InteractionRows(
            userIds.Length,
            artistIds.Length,
            [.. rows.Select(r => Array.BinarySearch(userIds, r[0]))],
            [.. rows.Select(r => Array.BinarySearch(artistIds, r[1]))],
            [.. rows.Select(r => (float)r[2])]);
        Split = DataSplit.Create(log, new HashSplit(userIds, artistIds));
        UserIds = [.. Split.UserIndices.Select(user => userIds[user])];
        ArtistIds = [.. Split.ItemIndices.Select(item => artistIds[item])];
        Expected = expected;
    }

    public DataSplit Split { get; }

    public long[] UserIds { get; }

    public long[] ArtistIds { get; }

    public JsonElement Expected { get; }

    /// <summary>The row of a user id.</summary>
    public int UserIndex(string userId) => Array.BinarySearch(UserIds, long.Parse(userId, CultureInfo.InvariantCulture));

    /// <summary>The column of an artist id.</summary>
    public int ArtistIndex(JsonElement artistId) => Array.BinarySearch(ArtistIds, artistId.GetInt64());

    /// <summary>The case; the small one, and a line in the test's output, when the data asked for isn't there.</summary>
    public static GoldenCase Load(string name, ITestOutputHelper output)
    {
        if (name == HetRec && Checkout.FindShared(HetRecCounts) is not null && Checkout.FindShared(HetRecValues) is not null)
        {
            return HetRecCase.Value;
        }

        if (name == HetRec)
        {
            output.WriteLine($"../shared/{HetRecCounts} or ../shared/{HetRecValues} is absent: the small committed case runs instead.");
        }

        return SmallCase.Value;
    }

    private static GoldenCase LoadSmall()
    {
        var root = ReadJson(Path.Combine(AppContext.BaseDirectory, "Golden", "small.json"));
        return new GoldenCase(
            [.. root.GetProperty("data").EnumerateArray().Select(row => row.EnumerateArray().Select(v => v.GetInt32()).ToArray())], root);
    }

    private static GoldenCase LoadHetRec() => new(
        [.. GoldenFiles.ReadGzipLines(Checkout.FindShared(HetRecCounts)!)
            .Skip(1)
            .Select(line => line.Split('\t').Select(field => int.Parse(field, CultureInfo.InvariantCulture)).ToArray())],
        ReadJson(Checkout.FindShared(HetRecValues)!));

    private static JsonElement ReadJson(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
