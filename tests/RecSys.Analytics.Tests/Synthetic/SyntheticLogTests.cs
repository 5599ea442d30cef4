using RecSys.Analytics.Synthetic;

namespace RecSys.Analytics.Tests.Synthetic;

public sealed class SyntheticLogTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset EndsAt = new(2025, 10, 1, 15, 30, 0, TimeSpan.Zero);

    // Generated once: 300,000 listens by 1,000 users of 5,000 tracks.
    private static readonly Lazy<SyntheticLog> Log = new(() => SyntheticLog.Generate(new SyntheticLogOptions { EndsAt = EndsAt }));

    [Fact]
    public void It_has_the_size_that_was_asked_for()
    {
        Log.Value.Listens.Count.ShouldBe(300_000);
        Log.Value.Tracks.Count.ShouldBe(5_000);
        Log.Value.Listeners.Count.ShouldBe(1_000);
        Log.Value.Listens.Select(listen => listen.UserId).Distinct().Count().ShouldBe(1_000);
        Log.Value.Listens.Select(listen => listen.TrackId).Distinct().Count().ShouldBeGreaterThan(4_500);
    }

    [Fact]
    public void The_same_seed_gives_the_same_log_and_another_seed_another()
    {
        var options = new SyntheticLogOptions { EndsAt = EndsAt, UserCount = 50, TrackCount = 300, ListenCount = 4_000 };
        var log = SyntheticLog.Generate(options);

        SyntheticLog.Generate(options).Listens.ShouldBe(log.Listens);
        SyntheticLog.Generate(options with { Seed = 2 }).Listens.ShouldNotBe(log.Listens);

        // Golden: the sequence must not change with the runtime or the machine.
        var first = log.Listens[0];
        $"{first.UserId} {first.TrackId} {first.ListenedAt:O} {first.PlayedShare}".ShouldBe("quinn.stoat t00001 2024-10-01T12:06:03.9340000+00:00 1");
    }

    [Fact]
    public void Listens_are_in_order_within_the_year_and_a_user_hears_one_track_at_a_time()
    {
        var listens = Log.Value.Listens;
        listens.Select(listen => listen.ListenedAt).ShouldBeInOrder();
        listens[0].ListenedAt.ShouldBeGreaterThanOrEqualTo(EndsAt.AddDays(-366));
        listens[^1].ListenedAt.ShouldBeLessThan(EndsAt);
        listens[^1].ListenedAt.ShouldBeGreaterThan(EndsAt.AddDays(-2));
        listens.DistinctBy(listen => (listen.UserId, listen.ListenedAt)).Count().ShouldBe(listens.Count);
        listens.ShouldAllBe(listen => listen.PlayCount == 1 && (listen.PlayedShare == null || (listen.PlayedShare > 0 && listen.PlayedShare <= 1)));
    }

    [Fact]
    public void Names_are_unique_and_every_track_has_all_of_them()
    {
        var log = Log.Value;
        log.Tracks.Select(track => track.TrackId).Distinct().Count().ShouldBe(5_000);
        log.Tracks.Select(track => track.Title).Distinct().Count().ShouldBe(5_000);
        log.Tracks.ShouldAllBe(track => track.Artist != "" && track.Album != "" && track.Genres.Count >= 1);
        log.Tracks.GroupBy(track => track.Album).ShouldAllBe(album => album.Select(track => track.Artist).Distinct().Count() == 1);
        log.Listeners.Select(listener => listener.UserId).Distinct().Count().ShouldBe(1_000);

        foreach (var track in log.Tracks.Where((_, i) => i % 313 == 0))
        {
            output.WriteLine($"{track.TrackId}  {track.Artist} – {track.Title} ({track.Album}) [{string.Join(", ", track.Genres)}]");
        }
    }

    [Fact]
    public void Listeners_mostly_play_the_genres_that_they_like()
    {
        var genres = Log.Value.Tracks.ToDictionary(track => track.TrackId, track => track.Genres);
        var likes = Log.Value.Listeners.ToDictionary(listener => listener.UserId, listener => listener.Genres);
        var liked = Log.Value.Listens.Count(listen => genres[listen.TrackId].Any(genre => likes[listen.UserId].Contains(genre)));
        ((double)liked / Log.Value.Listens.Count).ShouldBeGreaterThan(0.85);
    }

    [Fact]
    public void A_few_hits_have_many_listens_and_most_tracks_have_few()
    {
        var plays = Log.Value.Listens.GroupBy(listen => listen.TrackId).Select(group => group.Count()).OrderDescending().ToArray();
        var top = plays.Take(50).Sum() / (double)plays.Sum();
        output.WriteLine($"top 1 %: {top:P1} of plays, median {plays[plays.Length / 2]}, most {plays[0]}");
        top.ShouldBeInRange(0.04, 0.25);
        plays[plays.Length / 2].ShouldBeLessThan(plays.Sum() / plays.Length);
    }

    [Fact]
    public void Plays_repeat_and_grow_over_the_year()
    {
        var listens = Log.Value.Listens;
        var cells = listens.Select(listen => (listen.UserId, listen.TrackId)).Distinct().Count();
        output.WriteLine($"{cells} cells");
        cells.ShouldBeInRange(80_000, 220_000);
        var months = listens.GroupBy(listen => (listen.ListenedAt - listens[0].ListenedAt).Days / 91).ToDictionary(g => g.Key, g => g.Count());
        months[3].ShouldBeGreaterThan(months[0] * 5 / 4);
    }

    [Fact]
    public void Within_a_session_the_next_track_of_the_album_often_follows()
    {
        var number = Log.Value.Tracks.Select((track, i) => (track.TrackId, i)).ToDictionary(pair => pair.TrackId, pair => pair.i);
        var pairs = Log.Value.Listens.GroupBy(listen => listen.UserId)
            .SelectMany(user => user.Zip(user.Skip(1)))
            .Where(pair => pair.Second.ListenedAt - pair.First.ListenedAt < TimeSpan.FromMinutes(30))
            .ToArray();
        var follows = pairs.Count(pair => number[pair.Second.TrackId] == number[pair.First.TrackId] + 1) / (double)pairs.Length;
        output.WriteLine($"{follows:P1} of {pairs.Length} pairs");
        follows.ShouldBeGreaterThan(0.3);
    }

    [Fact]
    public void Similar_items_predict_withheld_plays_far_better_than_popularity()
    {
        const int Items = 5_000;
        var number = Log.Value.Tracks.Select((track, i) => (track.TrackId, i)).ToDictionary(pair => pair.TrackId, pair => pair.i);
        var users = Log.Value.Listens.GroupBy(listen => listen.UserId)
            .Select(user => user.Select(listen => number[listen.TrackId]).Distinct().Order().ToArray()).ToArray();

        // Every fifth distinct track of a user is withheld.
        var train = users.Select(items => items.Where((_, i) => i % 5 != 2).ToArray()).ToArray();
        var test = users.Select(items => items.Where((_, i) => i % 5 == 2).ToHashSet()).ToArray();
        var listeners = train.SelectMany((items, user) => items.Select(item => (item, user))).ToLookup(pair => pair.item, pair => pair.user);
        var counts = Enumerable.Range(0, Items).Select(item => (double)listeners[item].Count()).ToArray();

        double popularity = 0, similarity = 0;
        var evaluated = users.Select((_, user) => user).Where(user => test[user].Count > 0).Take(100).ToArray();
        foreach (var user in evaluated)
        {
            // Cosine of binary item columns, added up over the user's tracks.
            var scores = new double[Items];
            foreach (var heard in train[user])
            {
                foreach (var other in listeners[heard].SelectMany(fan => train[fan]))
                {
                    scores[other] += 1 / Math.Sqrt(counts[heard] * counts[other]);
                }
            }

            popularity += Recall(counts, user);
            similarity += Recall(scores, user);
        }

        output.WriteLine($"recall@20: popularity {popularity / evaluated.Length:F3}, item cosine {similarity / evaluated.Length:F3}");
        similarity.ShouldBeGreaterThan(popularity * 3);

        double Recall(double[] scores, int user) =>
            Enumerable.Range(0, Items).Except(train[user]).OrderByDescending(item => scores[item]).Take(20).Count(test[user].Contains)
            / (double)Math.Min(20, test[user].Count);
    }

    [Theory]
    [InlineData(0, 5000, 1000)]
    [InlineData(10, 99, 1000)]
    [InlineData(10, 5000, 9)]
    [InlineData(10, 5000, 14_601)]
    public void Sizes_outside_their_range_are_refused(int users, int tracks, int listens) =>
        Should.Throw<ArgumentOutOfRangeException>(() => SyntheticLog.Generate(
            new SyntheticLogOptions { EndsAt = EndsAt, UserCount = users, TrackCount = tracks, ListenCount = listens }));

    [Theory]
    [InlineData(1, 100, 1, 60)]
    [InlineData(1, 100, 240, 60)]
    [InlineData(3, 100, 720, 60)]
    [InlineData(20_000, 100, 20_000, 365)]
    [InlineData(2, 60_000, 100, 365)]
    public void The_smallest_and_densest_sizes_work(int users, int tracks, int listens, int days)
    {
        var log = SyntheticLog.Generate(
            new SyntheticLogOptions { EndsAt = EndsAt, UserCount = users, TrackCount = tracks, ListenCount = listens, Days = days });
        log.Listens.Count.ShouldBe(listens);
        log.Tracks.Count.ShouldBe(tracks);
        log.Listens.Select(listen => listen.UserId).Distinct().Count().ShouldBe(users);
        log.Listens[^1].ListenedAt.ShouldBeLessThan(EndsAt);
        log.Listens.DistinctBy(listen => (listen.UserId, listen.ListenedAt)).Count().ShouldBe(listens);
    }
}
