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
        kept[0].ShouldBeEquivalentTo(rejected[1]);
        kept[1].ShouldBeEquivalentTo(rejected[0]);
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
    public async Task Reason_with_NUL_is_refused() =>
        await Should.ThrowAsync<ArgumentException>(() => Database.Rejected.AddAsync([new("a\0", [], Noon, "")], Cancellation));
}

public sealed class PostgresRejectedListenTests(MigratedDatabases databases) : RejectedListenTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteRejectedListenTests(MigratedDatabases databases) : RejectedListenTests(databases, DatabaseOptions.Sqlite);
