using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;

namespace RecSys.Data.Tests.Histories;

public abstract class RejectedListenTests(MigratedDatabases databases, string provider) : DatabaseTests(databases, provider)
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Rejected_listens_come_back_with_their_bytes_the_newest_first()
    {
        RejectedListenRow[] rejected =
        [
            new("user_id is empty", [0, 255, 10, 13], Noon, "player"),
            new("not a protobuf message", [], Noon.AddMinutes(1), ""),
        ];

        (await Database.Rejected.AddAsync(rejected, Cancellation)).ShouldBe(2);

        var kept = await Database.Rejected.GetNewestAsync(10, Cancellation);
        kept.Count.ShouldBe(2);
        kept.Select(row => (row.Reason, row.ReceivedAt, row.Producer)).ShouldBe(
            [("not a protobuf message", Noon.AddMinutes(1), ""), ("user_id is empty", Noon, "player")]);
        kept[1].Body.ShouldBe(rejected[0].Body);
        kept.ShouldAllBe(row => row.RejectedId.Length == 32);
    }

    [Fact]
    public async Task Message_that_is_delivered_over_and_over_is_kept_once()
    {
        await Database.Rejected.AddAsync([new("bad", [1, 2], Noon, "player")], Cancellation);

        (await Database.Rejected.AddAsync(
            [
                new("bad", [1, 2], Noon.AddHours(1), "player"),
                new("bad", [1, 2], Noon.AddHours(2), "player"),
                new("bad", [1], Noon, "player"),
                new("worse", [1, 2], Noon, "player"),
                new("bad", [1, 2], Noon, "other"),
            ],
            Cancellation)).ShouldBe(3);

        (await Database.Rejected.CountAsync(Cancellation)).ShouldBe(4);
        (await Database.Rejected.GetNewestAsync(10, Cancellation)).ShouldAllBe(rejected => rejected.ReceivedAt == Noon);
    }

    [Fact]
    public async Task Pages_go_from_the_newest_to_the_oldest_and_filters_choose()
    {
        await Database.Rejected.AddAsync(
            [.. Enumerable.Range(0, 7).Select(number => new RejectedListenRow(
                number % 2 == 0 ? "50%_even" : "odd", [(byte)number], Noon.AddSeconds(number / 2), number < 4 ? "old" : "new"))],
            Cancellation);

        var pages = new List<byte>();
        RejectedPosition? before = null;
        while (await Database.Rejected.GetPageAsync(new(), 3, before, Cancellation) is { Count: > 0 } page)
        {
            pages.AddRange(page.Select(row => row.Body[0]));
            RejectedPosition.TryParse(new RejectedPosition(page[^1].ReceivedAt, page[^1].RejectedId).ToString(), out var position).ShouldBeTrue();
            before = position;
        }

        pages.Count.ShouldBe(7);
        pages.Select(number => number / 2).ShouldBe([3, 2, 2, 1, 1, 0, 0]);
        (await CountAsync(new(Reason: "0%_e"))).ShouldBe(4);
        (await CountAsync(new(Producer: "old"))).ShouldBe(4);
        (await CountAsync(new(Reason: "odd", Producer: "new"))).ShouldBe(1);
        (await CountAsync(new(From: Noon.AddSeconds(1), Before: Noon.AddSeconds(3)))).ShouldBe(4);
        (await CountAsync(new(Reason: "0__e"))).ShouldBe(0, "a filter is text, not a pattern");

        async Task<int> CountAsync(RejectedListenFilter filter) => (await Database.Rejected.GetPageAsync(filter, 100, null, Cancellation)).Count;
    }

    [Fact]
    public async Task Listens_and_exposures_are_told_apart_also_when_their_bytes_are_the_same()
    {
        RejectedListenRow listen = new("must not be empty", [], Noon, "player");
        (await Database.Rejected.AddAsync([listen, listen with { Kind = EventKind.Exposures }], Cancellation)).ShouldBe(2);

        foreach (var kind in (EventKind[])[EventKind.Listens, EventKind.Exposures])
        {
            (await Database.Rejected.GetPageAsync(new(Kind: kind), 10, null, Cancellation)).Single().Kind.ShouldBe(kind);
        }
    }

    [Fact]
    public async Task What_stays_of_a_rejected_listen_takes_its_place_in_one_step()
    {
        await Database.Rejected.AddAsync([new("bad", [1], Noon, "player"), new("bad", [2], Noon, "player")], Cancellation);
        var rows = await Database.Rejected.GetNewestAsync(10, Cancellation);

        (await Database.Rejected.ReplaceAsync(rows[0].RejectedId, [], Cancellation)).ShouldBeEmpty();
        (await Database.Rejected.ReplaceAsync(rows[1].RejectedId, [rows[1]], Cancellation)).Single().RejectedId.ShouldBe(rows[1].RejectedId);
        (await Database.Rejected.CountAsync(Cancellation)).ShouldBe(1, "the same reason leaves it as it is");
        var worse = await Database.Rejected.ReplaceAsync(rows[1].RejectedId, [rows[1] with { Reason = "worse" }], Cancellation);

        var kept = (await Database.Rejected.GetAsync([rows[1].RejectedId, worse.Single().RejectedId], Cancellation)).Single();
        (kept.Reason, kept.ReceivedAt).ShouldBe(("worse", Noon));
    }

    [Fact]
    public async Task The_oldest_go_above_a_number_of_rows_and_beyond_an_age()
    {
        await Database.Rejected.AddAsync(
            [.. Enumerable.Range(0, 10).Select(number => new RejectedListenRow("bad", [(byte)number], Noon.AddHours(number), ""))], Cancellation);

        (await Database.Rejected.TrimAsync(100, Noon.AddHours(2), Cancellation)).ShouldBe(2);
        (await Database.Rejected.TrimAsync(5, Noon.AddHours(2), Cancellation)).ShouldBe(3);

        (await Database.Rejected.GetNewestAsync(100, Cancellation)).Select(row => row.Body[0]).ShouldBe([9, 8, 7, 6, 5]);
        (await Database.Rejected.TrimAsync(5, Noon, Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task Reason_with_NUL_is_refused() =>
        await Should.ThrowAsync<ArgumentException>(() => Database.Rejected.AddAsync([new("a\0", [], Noon, "")], Cancellation));
}

public sealed class PostgresRejectedListenTests(MigratedDatabases databases) : RejectedListenTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteRejectedListenTests(MigratedDatabases databases) : RejectedListenTests(databases, DatabaseOptions.Sqlite);
