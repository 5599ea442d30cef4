using RecSys.Serving.Histories;

namespace RecSys.Serving.Tests.Histories;

public sealed class UserHistoryTests
{
    [Fact]
    public void Listens_are_newest_first_in_whatever_order_they_arrive()
    {
        var history = new UserHistory(capacity: 10);

        Add(history, ("b", 20), ("d", 40));
        Add(history, ("a", 10));
        Add(history, ("c", 30));

        Tracks(history).ShouldBe(["d", "c", "b", "a"]);
    }

    [Fact]
    public void A_listen_that_comes_twice_is_there_once()
    {
        var history = new UserHistory(capacity: 10);

        Add(history, ("a", 10), ("b", 20), ("a", 10));
        Add(history, ("b", 20), ("a", 30));

        Tracks(history).ShouldBe(["a", "b", "a"]);
    }

    [Theory]
    [InlineData(0.2f, 0.8f)]
    [InlineData(0.8f, 0.2f)]
    [InlineData(null, 0.8f)]
    [InlineData(0.8f, null)]
    public void Of_a_listen_that_comes_twice_the_larger_of_each_field_counts(float? first, float? second)
    {
        var history = new UserHistory(capacity: 10);

        history.Add([new HistoryListen("a", 10, first, 3)]);
        history.AddStored([new HistoryListen("a", 10, second, 2)], DateTimeOffset.UnixEpoch);

        history.Newest(before: null, count: 10).ShouldBe([new HistoryListen("a", 10, 0.8f, 3)]);
    }

    [Fact]
    public void Two_tracks_at_the_same_moment_are_two_listens()
    {
        var history = new UserHistory(capacity: 10);

        Add(history, ("b", 10), ("a", 10), ("c", 10));

        Tracks(history).ShouldBe(["c", "b", "a"]);
    }

    [Fact]
    public void Only_the_newest_are_kept_however_late_the_old_ones_come()
    {
        var history = new UserHistory(capacity: 3);

        Add(history, ("a", 10), ("b", 20), ("c", 30), ("d", 40));
        Add(history, ("old", 5), ("between", 25));

        Tracks(history).ShouldBe(["d", "c", "between"]);
        history.Count.ShouldBe(3);
    }

    [Fact]
    public void Pages_go_on_where_the_last_one_ended_although_listens_arrive()
    {
        var history = new UserHistory(capacity: 100);
        Add(history, [.. Enumerable.Range(0, 10).Select(number => ($"t{number}", number * 10L))]);

        var first = history.Newest(before: null, count: 4);
        Add(history, ("new", 1_000), ("backdated", 45));
        var second = history.Newest(first[^1].Position, count: 4);

        first.Select(listen => listen.TrackId).ShouldBe(["t9", "t8", "t7", "t6"]);
        second.Select(listen => listen.TrackId).ShouldBe(["t5", "backdated", "t4", "t3"]);
    }

    [Fact]
    public void It_equals_a_sorted_set_of_the_newest()
    {
        var random = new Random(3);
        var history = new UserHistory(capacity: 50);
        var all = new SortedSet<HistoryPosition>();
        for (var i = 0; i < 2_000; i++)
        {
            var (track, time) = ($"t{random.Next(20)}", random.Next(400));
            Add(history, (track, time));
            all.Add(new HistoryPosition(time, track));
            while (all.Count > 50)
            {
                all.Remove(all.Min);
            }
        }

        history.Newest(before: null, count: 100).Select(listen => listen.Position).ShouldBe(all.Reverse());
    }

    [Fact]
    public async Task Readers_of_the_store_share_one_reading_at_a_time()
    {
        var history = new UserHistory(capacity: 3);
        var reading = new TaskCompletionSource<UserHistory>();
        var started = 0;
        Task<UserHistory> Start()
        {
            started++;
            return reading.Task;
        }

        var first = history.ShareReading(Start);
        var second = history.ShareReading(Start);
        reading.SetResult(history);
        await first;
        var third = history.ShareReading(Start);

        second.ShouldBe(first);
        started.ShouldBe(2);
        (await third).ShouldBe(history);
    }

    private static void Add(UserHistory history, params (string TrackId, long Time)[] listens) =>
        history.Add([.. listens.Select(listen => new HistoryListen(listen.TrackId, listen.Time, PlayedShare: null, PlayCount: 1))]);

    private static IEnumerable<string> Tracks(UserHistory history) => history.Newest(before: null, count: 100).Select(listen => listen.TrackId);
}
