using System.Text.Json;
using RecSys.Algorithms.Neighbors;
using RecSys.TestKit;

namespace RecSys.Algorithms.Tests.Golden;

/// <summary>User-user neighbours of a service's own log against independently computed statistics.</summary>
public sealed class BotifyGoldenTests(ITestOutputHelper output)
{
    private const string Values = "golden/botify.json";

    [Fact]
    public void Neighbours_on_normalised_listened_share_have_the_known_statistics()
    {
        if (Checkout.FindShared(Values) is not { } valuesPath)
        {
            output.WriteLine($"../shared/{Values} is absent: only the small case of UserNeighborModelTests runs.");
            return;
        }

        using var values = JsonDocument.Parse(File.ReadAllBytes(valuesPath));
        var expected = values.RootElement.GetProperty("user_cf");
        var files = expected.GetProperty("files").EnumerateArray().Select(f => Checkout.FindShared("data/" + f.GetString())).ToArray();
        if (files.Contains(null))
        {
            output.WriteLine("../shared/data/botify is absent: only the small case of UserNeighborModelTests runs.");
            return;
        }

        var listens = files.SelectMany(file => GoldenFiles.ReadGzipLines(file!)).Select(Listen.Parse).ToArray();
        listens.Length.ShouldBe(expected.GetProperty("events").GetInt32());
        var users = listens.Select(l => l.User).Distinct().Order().ToArray();
        var tracks = listens.Select(l => l.Track).Distinct().Order().ToArray();
        users.Length.ShouldBe(expected.GetProperty("users").GetInt32());
        tracks.Length.ShouldBe(expected.GetProperty("tracks").GetInt32());

        var clock = System.Diagnostics.Stopwatch.StartNew();
        var shares = ListenedShares.FromListens(
            users.Length,
            tracks.Length,
            [.. listens.Select(l => Array.BinarySearch(users, l.User))],
            [.. listens.Select(l => Array.BinarySearch(tracks, l.Track))],
            [.. listens.Select(l => l.Time)]);
        var model = UserNeighborModel.Fit(shares);
        output.WriteLine($"{users.Length:N0} users × {tracks.Length:N0} tracks, {shares.Listened.CellCount:N0} pairs: {clock.Elapsed.TotalSeconds:F2} s");

        listens.Average(l => (double)l.Time).ShouldBe(expected.GetProperty("mean_time").GetDouble(), 1e-6);
        shares.Listened.CellCount.ShouldBe(expected.GetProperty("pairs").GetInt64());
        var statistics = model.Statistics();
        output.WriteLine(statistics.ToString());
        statistics.MeanPositiveNeighbors.ShouldBe(expected.GetProperty("mean_positive_neighbours").GetDouble(), 1e-3);
        statistics.MeanNegativeNeighbors.ShouldBe(expected.GetProperty("mean_negative_neighbours").GetDouble(), 1e-3);
        statistics.Largest.ShouldBe(expected.GetProperty("similarity_max").GetDouble(), 1e-5);
        statistics.Smallest.ShouldBe(expected.GetProperty("similarity_min").GetDouble(), 1e-5);
        var similaritySum = 0.0;
        var zeroRows = 0;
        for (var user = 0; user < users.Length; user++)
        {
            foreach (var similarity in model.Neighbors.Similarities(user))
            {
                similaritySum += similarity;
            }

            zeroRows += shares.Deviations.RowValues(user).ContainsAnyExcept(0f) ? 0 : 1;
        }

        similaritySum.ShouldBe(expected.GetProperty("similarity_sum").GetDouble(), 1);
        zeroRows.ShouldBe(expected.GetProperty("users_with_zero_row").GetInt32());
        foreach (var sample in expected.GetProperty("sample_users").EnumerateObject())
        {
            var user = Array.BinarySearch(users, int.Parse(sample.Name));
            var similarities = model.Neighbors.Similarities(user).ToArray();
            shares.MeanShares[user].ShouldBe(sample.Value.GetProperty("mean_time").GetDouble(), 1e-6);
            Math.Sqrt(shares.Deviations.RowValues(user).ToArray().Sum(d => (double)d * d))
                .ShouldBe(sample.Value.GetProperty("norm").GetDouble(), 1e-6);
            similarities.Count(s => s > 0).ShouldBe(sample.Value.GetProperty("positive").GetInt32());
            similarities.Count(s => s < 0).ShouldBe(sample.Value.GetProperty("negative").GetInt32());
        }
    }

    private readonly record struct Listen(int User, int Track, float Time)
    {
        public static Listen Parse(string line)
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return new Listen(root.GetProperty("user").GetInt32(), root.GetProperty("track").GetInt32(), root.GetProperty("time").GetSingle());
        }
    }
}
