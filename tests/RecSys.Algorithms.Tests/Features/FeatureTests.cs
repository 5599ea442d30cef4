using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.TestKit;

namespace RecSys.Algorithms.Tests.Features;

public sealed class FeatureTests
{
    private const long Day = 86_400_000_000;
    private const long Cut = 100 * Day;

    // Items 0 and 1: artist 0; 2 and 3: artist 1. Genres: 0 of items 0 and 2, 0 and 1 of item 1, none of item 3.
    private static readonly CatalogueIndex Catalogue = new([0, 0, 1, 1], [0, 1, 2, 2], [0, 1, 3, 4, 4], [0, 0, 1, 0]);

    [Fact]
    public void Nothing_after_the_cut_changes_a_feature()
    {
        var random = new Random(1);
        var before = Listens(random, 400, 0, Cut);
        var reference = Build([.. before, .. Listens(random, 100, Cut, 120 * Day)]);
        for (var change = 0; change < 5; change++)
        {
            Build([.. before, .. Listens(random, 50 * change, Cut, 300 * Day)]).ShouldBe(reference);
        }

        Build(Listens(random, 400, 0, Cut)).ShouldNotBe(reference);
    }

    [Fact]
    public void Values_are_what_their_meaning_says()
    {
        // User 0: item 0 at day 10 (all of it), item 0 again at day 20 (a tenth), item 2 at day 30. User 1: item 2 at day 5.
        var log = ListensByUser.Create(
            2, 4, [0, 0, 0, 1], [0, 0, 2, 2], [10 * Day, 20 * Day, 30 * Day, 5 * Day], [1f, 0.1f, float.NaN, 0.4f], [1, 1, 2, 1]);
        var row = Row(log, item: 1, moment: 40 * Day, new SourceVote(SourceKind.Als, 0.5, 3, -1), new SourceVote(SourceKind.Next, 0.25, 1, 0));

        row["als_score"].ShouldBe(0.5f);
        row["als_rank"].ShouldBe(3);
        row["popular_rank"].ShouldBe(float.NaN);
        row["source_count"].ShouldBe(2);
        row["rank_sum"].ShouldBe((1f / 23) + (1f / 21), 1e-6);
        row["track_listeners"].ShouldBe(0);
        row["track_age"].ShouldBe(float.NaN);
        row["user_artist_plays"].ShouldBe(2);
        row["artist_affinity"].ShouldBe(0.5f);
        row["album_affinity"].ShouldBe(0);
        row["genre_affinity"].ShouldBe(0.5f);
        row["days_since_artist"].ShouldBe(20);
        row["days_since_genre"].ShouldBe(10);
        row["user_artist_played_share"].ShouldBe(0.55f, 1e-6);
        row["user_artist_skip_rate"].ShouldBe(0.5f);
        row["user_tracks"].ShouldBe(2);
        row["user_months_active"].ShouldBe(1);
        row["hours_since_listen"].ShouldBe(240);
        row["session_listens"].ShouldBe(1);
        row["is_last_artist"].ShouldBe(0);
        row["hour_of_day"].ShouldBe(0);
        row["weekday"].ShouldBe((40 + 3) % 7);
        row["genre"].ShouldBe(0);

        var heard = Row(log, item: 2, moment: 40 * Day);
        heard["track_listeners"].ShouldBe(2);
        heard["track_listener_share"].ShouldBe(1);
        heard["track_age"].ShouldBe(35, 1e-3);
        heard["track_played_share"].ShouldBe(0.4f);
        heard["track_skip_rate"].ShouldBe(1);
        heard["user_track_plays"].ShouldBe(2);
        heard["user_rating_mean"].ShouldBe(0.75f);
        heard["user_rating_deviation"].ShouldBe(0.25f, 1e-6);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    public void A_session_ends_at_a_gap_of_more_than_thirty_minutes(long microsecondsMore, int listens)
    {
        const long HalfHour = Day / 48;
        var last = (10 * Day) + (2 * HalfHour) + microsecondsMore;
        var log = ListensByUser.Create(1, 4, [0, 0, 0], [0, 1, 2], [10 * Day, (10 * Day) + HalfHour, last], [1, 1, 1], [1, 1, 1]);

        Row(log, item: 3, moment: 11 * Day)["session_listens"].ShouldBe(listens);
    }

    [Fact]
    public void The_trend_compares_the_newest_tenth_of_the_log_with_all_of_it()
    {
        // 20 listens a day apart, so that the newest tenth begins with the one of day 18: item 0 is heard in it alone, item 1 only before.
        var days = Enumerable.Range(1, 20).ToArray();
        var log = ListensByUser.Create(
            1, 4, new int[20], [.. days.Select(day => day >= 18 ? 0 : 1)], [.. days.Select(day => day * Day)],
            [.. days.Select(_ => 1f)], [.. days.Select(_ => 1f)]);

        Row(log, item: 0, moment: 30 * Day)["track_trend"].ShouldBe(MathF.Log((3 + 1) / ((3 * 0.1f) + 1)), 1e-5);
        Row(log, item: 1, moment: 30 * Day)["track_trend"].ShouldBe(MathF.Log((0 + 1) / ((17 * 0.1f) + 1)), 1e-5);
    }

    [Fact]
    public void A_listen_of_half_of_the_track_is_not_skipped()
    {
        var log = ListensByUser.Create(1, 4, [0, 0], [0, 0], [Day, 2 * Day], [0.5f, 0.49f], [1, 1]);
        var row = Row(log, item: 0, moment: 3 * Day);

        row["track_skip_rate"].ShouldBe(0.5f);
        row["user_skip_rate"].ShouldBe(0.5f);
    }

    [Fact]
    public void Of_a_long_history_the_newest_500_listens_count_as_the_meaning_says_and_serving_knows_them()
    {
        // Items 0, 1 and 3 long ago, then 500 listens of item 2 within ten days.
        int[] items = [0, 1, 3, .. Enumerable.Repeat(2, 500)];
        long[] times = [Day, 2 * Day, 3 * Day, .. Enumerable.Range(0, 500).Select(listen => (80 * Day) + (listen * Day / 50))];
        float[] ones = [.. items.Select(_ => 1f)];
        var log = ListensByUser.Create(1, 4, new int[items.Length], items, times, ones, ones);

        var row = Row(log, item: 0, moment: 95 * Day);

        row["user_tracks"].ShouldBe(1);
        row["user_months_active"].ShouldBe(1);
        row["user_tracks_per_month"].ShouldBe(1);
        foreach (var name in new[] { "user_tracks", "user_months_active" })
        {
            RankingFeatures.All.Single(feature => feature.Name == name).Meaning.ShouldContain($"newest {UserListens.MaxListens} listens");
        }
    }

    [Fact]
    public void A_track_that_the_model_does_not_know_and_a_user_without_listens_have_missing_values_and_no_error()
    {
        var log = ListensByUser.Create(1, 4, [], [], [], [], []);
        var row = Row(log, item: -1, moment: 40 * Day);
        row["track_listeners"].ShouldBe(float.NaN);
        row["artist_affinity"].ShouldBe(float.NaN);
        row["user_months_active"].ShouldBe(float.NaN);
        row["user_tracks"].ShouldBe(0);
    }

    [Fact]
    public void Names_are_unique_and_the_document_describes_every_feature_as_it_is()
    {
        RankingFeatures.All.Select(feature => feature.Name).ShouldBeUnique();
        var rows = File.ReadLines(Checkout.PathTo("docs", "algorithms", "features.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        rows.ShouldBe(RankingFeatures.All.Select(feature => $"| `{feature.Name}` | {feature.Unit} | {feature.Meaning} |"));
    }

    private static (int User, int Item, long Time, float Share)[] Listens(Random random, int count, long from, long to) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.Next(5), random.Next(4), random.NextInt64(Math.Max(1, from), to), random.NextSingle()))];

    // Rows of all users and items at the cut, as training makes them.
    private static float[] Build((int User, int Item, long Time, float Share)[] listens)
    {
        var log = ListensByUser.Create(
            5, 4, [.. listens.Select(l => l.User)], [.. listens.Select(l => l.Item)], [.. listens.Select(l => l.Time)],
            [.. listens.Select(l => l.Share)], [.. listens.Select(_ => 1f)]);
        var builder = new FeatureBuilder(ItemStatistics.From(log.Before(Cut)), Catalogue);
        MergedCandidate[] candidates = [.. Enumerable.Range(0, 4).Select(item => new MergedCandidate(item, []))];
        var rows = new List<float>();
        for (var user = 0; user < 5; user++)
        {
            var own = new float[candidates.Length * FeatureBuilder.FeatureCount];
            builder.Build(log.Of(user), Cut, candidates, own);
            rows.AddRange(own);
        }

        return [.. rows];
    }

    private static Dictionary<string, float> Row(ListensByUser log, int item, long moment, params SourceVote[] votes)
    {
        var row = new float[FeatureBuilder.FeatureCount];
        new FeatureBuilder(ItemStatistics.From(log), Catalogue).Build(log.Of(0), moment, [new MergedCandidate(item, votes)], row);
        return RankingFeatures.All.Select((feature, f) => (feature.Name, row[f])).ToDictionary();
    }
}
