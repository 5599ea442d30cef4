using RecSys.Data.Histories;

namespace RecSys.Data.Tests.Histories;

public abstract class ListenHistoryTests(MigratedDatabases databases, string provider) : DatabaseTests(databases, provider)
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private ListenHistoryStore History => Database.History;

    [Fact]
    public async Task Listens_come_back_newest_first_with_all_they_were_sent_with()
    {
        RecentListenRow[] listens =
        [
            new("ann", "one", Noon, 0.25f, 3),
            new("ann", "two", Noon.AddTicks(10)),
            new("ben", "one", Noon),
        ];

        (await History.AddAsync(listens, Cancellation)).ShouldBe(3);

        (await History.GetAsync("ann", 10, null, Cancellation)).ShouldBe([listens[1], listens[0]]);
        (await History.GetAsync("ben", 10, null, Cancellation)).ShouldBe([listens[2]]);
    }

    [Fact]
    public async Task Unknown_user_has_no_history() => (await History.GetAsync("nobody", 10, null, Cancellation)).ShouldBeEmpty();

    [Fact]
    public async Task Adding_nothing_is_fine() => (await History.AddAsync([], Cancellation)).ShouldBe(0);

    [Theory]
    [InlineData(null, 0.5f, 0.5f)]
    [InlineData(0.5f, null, 0.5f)]
    [InlineData(0.5f, 0.9f, 0.9f)]
    [InlineData(0.9f, 0.5f, 0.9f)]
    [InlineData(null, null, null)]
    public async Task Same_listen_sent_again_is_stored_once_with_the_larger_of_each_field(float? first, float? second, float? counts)
    {
        (await History.AddAsync([new("ann", "one", Noon, first, 3)], Cancellation)).ShouldBe(1);

        (await History.AddAsync([new("ann", "one", Noon, second, 2), new("ann", "two", Noon)], Cancellation)).ShouldBe(1);

        (await History.GetAsync("ann", 10, null, Cancellation)).ShouldBe([new("ann", "two", Noon), new("ann", "one", Noon, counts, 3)], ignoreOrder: true);
    }

    [Fact]
    public async Task Same_listens_in_one_batch_are_one_with_the_larger_of_each_field()
    {
        (await History.AddAsync([new("ann", "one", Noon, 0.5f, 1), new("ann", "one", Noon), new("ann", "one", Noon, 0.2f, 4)], Cancellation)).ShouldBe(1);

        (await History.GetAsync("ann", 10, null, Cancellation)).ShouldBe([new("ann", "one", Noon, 0.5f, 4)]);
    }

    [Fact]
    public async Task Same_moment_in_another_time_zone_is_the_same_listen()
    {
        var elsewhere = Noon.ToOffset(TimeSpan.FromHours(5.5));

        (await History.AddAsync([new("ann", "one", Noon), new("ann", "one", elsewhere)], Cancellation)).ShouldBe(1);
        (await History.AddAsync([new("ann", "one", elsewhere)], Cancellation)).ShouldBe(0);

        (await History.GetAsync("ann", 10, null, Cancellation)).Single().ListenedAt.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Times_are_kept_to_the_microsecond()
    {
        var time = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(1_234_567_891_239);

        await History.AddAsync([new("ann", "one", time)], Cancellation);

        (await History.GetAsync("ann", 1, null, Cancellation)).Single().ListenedAt.Ticks.ShouldBe(time.Ticks - 9);
    }

    [Fact]
    public async Task Only_the_newest_listens_of_each_user_are_kept()
    {
        var history = OpenAgain(("RecentListensPerUser", "5")).History;

        for (var minute = 0; minute < 8; minute++)
        {
            await history.AddAsync([Listen("ann", minute), Listen("ben", minute * 2), Listen("ben", (minute * 2) + 1)], Cancellation);
        }

        (await Minutes(history, "ann")).ShouldBe([7, 6, 5, 4, 3]);
        (await Minutes(history, "ben")).ShouldBe([15, 14, 13, 12, 11]);
        (await history.CountAsync(Cancellation)).ShouldBe(10);
    }

    [Fact]
    public async Task Not_many_more_listens_are_stored_than_are_kept()
    {
        var history = OpenAgain(("RecentListensPerUser", "100")).History;

        for (var minute = 0; minute < 300; minute++)
        {
            await history.AddAsync([Listen("ann", minute), Listen("ben", minute), Listen("eve", minute)], Cancellation);
        }

        (await history.GetAsync("ann", 100, null, Cancellation)).Select(listen => listen.ListenedAt)
            .ShouldBe(Enumerable.Range(200, 100).Reverse().Select(minute => Listen("ann", minute).ListenedAt));

        // A user is looked at in one of twelve listens: that none of the three is for a hundred, happens once in thousands of runs of all three.
        (await history.CountAsync(Cancellation)).ShouldBeInRange(300, 600);
    }

    [Fact]
    public async Task More_listens_than_are_kept_may_come_at_once()
    {
        var history = OpenAgain(("RecentListensPerUser", "3")).History;

        (await history.AddAsync([.. Enumerable.Range(0, 10).Select(minute => Listen("ann", minute))], Cancellation)).ShouldBe(10);

        (await Minutes(history, "ann")).ShouldBe([9, 8, 7]);
    }

    [Fact]
    public async Task Late_listen_takes_its_place_by_its_own_time()
    {
        var history = OpenAgain(("RecentListensPerUser", "3")).History;
        await history.AddAsync([Listen("ann", 10), Listen("ann", 30)], Cancellation);

        await history.AddAsync([Listen("ann", 20)], Cancellation);
        (await Minutes(history, "ann")).ShouldBe([30, 20, 10]);

        await history.AddAsync([Listen("ann", 15), Listen("ann", 5)], Cancellation);
        (await Minutes(history, "ann")).ShouldBe([30, 20, 15]);
    }

    [Fact]
    public async Task Lower_limit_takes_effect_with_the_next_listen()
    {
        await History.AddAsync([.. Enumerable.Range(0, 10).Select(minute => Listen("ann", minute))], Cancellation);
        var history = OpenAgain(("RecentListensPerUser", "2")).History;

        await history.AddAsync([Listen("ann", 10)], Cancellation);

        (await Minutes(history, "ann")).ShouldBe([10, 9]);
    }

    [Fact]
    public async Task Pages_go_through_the_history_without_gap_or_repetition()
    {
        // Several tracks share each time, so that a page ends in the middle of one.
        var listens = Enumerable.Range(0, 40).Select(n => new RecentListenRow("ann", $"track{n % 4}", Noon.AddMinutes(n / 4))).ToArray();
        await History.AddAsync(listens, Cancellation);

        var seen = new List<RecentListenRow>();
        ListenPosition? position = null;
        while (await History.GetAsync("ann", 7, position, Cancellation) is { Count: > 0 } page)
        {
            seen.AddRange(page);
            ListenPosition.TryParse(new ListenPosition(page[^1].ListenedAt, page[^1].TrackId).ToString(), out var next).ShouldBeTrue();
            position = next;
            await History.AddAsync([new("ann", "new", Noon.AddHours(seen.Count))], Cancellation);
        }

        seen.ShouldBe(listens.OrderByDescending(l => l.ListenedAt).ThenByDescending(l => l.TrackId, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("track")]
    [InlineData(":track")]
    [InlineData("99999999999999999999:track")]
    [InlineData("9223372036854775807:track")]
    [InlineData("1:tra\0ck")]
    public void Text_that_is_no_position_is_refused(string text) => ListenPosition.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public async Task All_listens_stream_user_by_user_the_oldest_first()
    {
        await History.AddAsync([Listen("ben", 2), Listen("ann", 3), Listen("ben", 1), Listen("ann", 4)], Cancellation);

        var all = await History.ReadAllAsync(Cancellation).ToListAsync(Cancellation);

        all.ShouldBe([Listen("ann", 3), Listen("ann", 4), Listen("ben", 1), Listen("ben", 2)]);
    }

    [Fact]
    public async Task Writers_that_send_the_same_listens_at_once_store_each_once()
    {
        var writers = Enumerable.Range(0, 6).Select(_ => OpenAgain(("RecentListensPerUser", "100")).History).ToArray();
        var listens = Enumerable.Range(0, 20).SelectMany(user => Enumerable.Range(0, 60).Select(minute => Listen($"user{user}", minute))).ToArray();

        var added = await Task.WhenAll(writers.Select((writer, number) => Task.Run(async () =>
        {
            // Each in an order of its own, in batches that cut users apart.
            var order = new Random(number);
            var count = 0;
            foreach (var batch in listens.OrderBy(_ => order.Next()).Chunk(200))
            {
                count += await writer.AddAsync(batch, Cancellation);
            }

            return count;
        })));

        added.Sum().ShouldBe(1_200);
        (await History.CountAsync(Cancellation)).ShouldBe(1_200);
        (await Minutes(History, "user7")).ShouldBe(Enumerable.Range(0, 60).Reverse());
    }

    [Fact]
    public async Task Ids_of_any_script_come_back_as_they_were()
    {
        string[] ids = ["Björk", "Bjo\u0308rk", "椎名林檎", "👩‍🎤", "o'brien\"; --", "\u200B", "tab\there", string.Concat(Enumerable.Repeat("🎵", 256))];

        await History.AddAsync([.. ids.Select(id => new RecentListenRow(id, id, Noon))], Cancellation);

        foreach (var id in ids)
        {
            (await History.GetAsync(id, 10, null, Cancellation)).ShouldHaveSingleItem().TrackId.ShouldBe(id);
        }
    }

    [Theory]
    [InlineData("nul\0", "track", 0.5f, 1)]
    [InlineData("user", "track", float.NaN, 1)]
    [InlineData("user", "track", 0.5f, 0)]
    public async Task Listen_that_no_database_can_keep_is_refused_and_nothing_of_its_batch_is_stored(
        string user, string track, float share, int plays)
    {
        await Should.ThrowAsync<ArgumentException>(() =>
            History.AddAsync([Listen("ann", 1), new RecentListenRow(user, track, Noon, share, plays)], Cancellation));

        (await History.CountAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task Half_a_character_is_refused_and_not_replaced() =>
        await Should.ThrowAsync<ArgumentException>(() => History.AddAsync([new("ann", "🎵"[..1], Noon)], Cancellation));

    [Fact]
    public async Task Asking_with_NUL_is_refused() =>
        await Should.ThrowAsync<ArgumentException>(() => History.GetAsync("a\0b", 1, null, Cancellation));

    private static RecentListenRow Listen(string user, int minute) => new(user, $"track{minute}", Noon.AddMinutes(minute));

    private static async Task<IEnumerable<int>> Minutes(ListenHistoryStore history, string user) =>
        (await history.GetAsync(user, 1_000, null, Cancellation)).Select(listen => (int)(listen.ListenedAt - Noon).TotalMinutes);
}

public sealed class PostgresListenHistoryTests(MigratedDatabases databases) : ListenHistoryTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteListenHistoryTests(MigratedDatabases databases) : ListenHistoryTests(databases, DatabaseOptions.Sqlite);
