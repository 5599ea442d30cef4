using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Data.Sqlite;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Artifacts;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Data.Models;
using RecSys.TestKit;

namespace RecSys.Data.Tests.Deletions;

public abstract class DeletedUserTests(MigratedDatabases databases, string provider) : DatabaseTests(databases, provider)
{
    private const string Mila = "mila.otter-7f3a";
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private DeletedUserStore Deletions => Database.Deletions;

    [Fact]
    public async Task Every_row_of_a_person_goes_and_those_of_others_stay()
    {
        await Database.History.AddAsync([new(Mila, "one", Noon.AddHours(-1)), new("ben", "one", Noon.AddHours(-1))], Cancellation);
        await Database.Rejected.AddAsync(
            [
                new("bad", Batch(Listen(Mila)), Noon, "player"),
                new("bad", Batch(Listen(Mila), Listen("ben")), Noon, "player"),
                new("bad", Batch(Listen("ben", track: Mila)), Noon, "player"),
                new("no batch", [0xFF, .. System.Text.Encoding.UTF8.GetBytes(Mila)], Noon, ""),
                new("no batch", [0xFF, 1], Noon, ""),
                new("bad", Batch(Listen("ben")), Noon, Mila),
            ],
            Cancellation);
        await WriteVersionAsync("v1");
        await Database.Tokens.CreateAsync(Mila, TokenScopes.Submit, null, Cancellation);

        var deletion = await Deletions.DeleteAsync(Mila, Cancellation);

        (deletion.RecentListens, deletion.RejectedListens, deletion.Lists).ShouldBe((1, 4, 1));
        (await Database.History.GetAsync("ben", 10, null, Cancellation)).Count.ShouldBe(1);
        var rejected = await Database.Rejected.GetNewestAsync(10, Cancellation);
        rejected.Count.ShouldBe(3);
        rejected.ShouldContain(row => row.Body.SequenceEqual(Batch(Listen("ben"))), "the other listen of the batch");
        rejected.ShouldContain(row => row.Body.SequenceEqual(Batch(Listen("ben", track: Mila))), "a track may be called like a person");
        (await Database.Models.ReadUserRecommendationsAsync("v1", "ben", Cancellation)).ShouldNotBeNull();
        (await Database.Tokens.ReadAllAsync(Cancellation)).ShouldBeEmpty();

        // The arrays are erased later.
        await Database.Rejected.TrimAsync(10, Noon.AddDays(1), Cancellation);
        (await EraseAsync("v1", deletion.Deleted)).ShouldBe(1);
        await Deletions.FinishAsync([deletion.Deleted], Cancellation);
        (await FindAsync(Mila)).ShouldBeEmpty();
        var row = (await Deletions.GetPageAsync(10, null, Cancellation)).ShouldHaveSingleItem();
        (row.UserHash, row.UserId, row.ErasedAt).ShouldBe((DeletedUserRow.HashOf(Mila), null, Noon));
    }

    [Fact]
    public async Task What_was_deleted_is_not_stored_again_and_what_is_played_later_is()
    {
        await Deletions.DeleteAsync(Mila, Cancellation);
        RecentListenRow[] listens = [new(Mila, "old", Noon), new(Mila, "new", Noon.AddTicks(10)), new("ben", "old", Noon)];

        (await Database.History.AddAsync([new(Mila, "untimed", DateTimeOffset.UnixEpoch), .. listens], Cancellation)).ShouldBe(2);
        var refused = await StoreAsync([new(Mila, "older", Noon.AddDays(-1))], []);
        refused.Covers(Mila, Noon).ShouldBeTrue();
        (await StoreAsync([new(Mila, "newer", Noon.AddDays(1))], [])).IsEmpty.ShouldBeTrue();
        (await Database.History.GetAsync(Mila, 10, null, Cancellation)).Select(listen => listen.TrackId).ShouldBe(["newer", "new"]);

        // A bad listen, with the time at which it came: its own may be wrong.
        (await Database.Rejected.AddAsync(
            [
                new("bad", Batch(Listen(Mila, time: Noon.AddYears(5))), Noon, ""),
                new("bad", Batch(new Listen { UserId = Mila }), Noon.AddHours(1), ""),
                new("no batch", [0xFF, .. System.Text.Encoding.UTF8.GetBytes(Mila)], Noon.AddHours(1), ""),
            ],
            Cancellation)).ShouldBe(0);
        (await Database.Rejected.AddAsync([new("bad", Batch(Listen(Mila, time: Noon.AddMinutes(30))), Noon.AddHours(1), "")], Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Exposures_of_a_deleted_person_are_not_stored_and_rejected_ones_go()
    {
        Exposure Shown(string user, DateTimeOffset time) => new() { ExposureId = "e", UserId = user, ExposureTime = time.ToTimestamp() };
        RejectedListenRow Rejected(params Exposure[] exposures) => new("bad", new ExposureBatch { Exposures = { exposures } }.ToByteArray(), Noon.AddHours(-1), "")
        {
            Kind = EventKind.Exposures,
        };
        await Database.Rejected.AddAsync([Rejected(Shown(Mila, Noon.AddHours(-2))), Rejected(Shown("ben", Noon), Shown(Mila, Noon.AddHours(-2)))], Cancellation);

        (await Deletions.DeleteAsync(Mila, Cancellation)).RejectedListens.ShouldBe(2);

        var left = (await Database.Rejected.GetNewestAsync(10, Cancellation)).ShouldHaveSingleItem();
        ExposureBatch.Parser.ParseFrom(left.Body).Exposures.ShouldHaveSingleItem().UserId.ShouldBe("ben");
        (await Database.Listens.StoreAsync([Guid.NewGuid()], null, [Shown(Mila, Noon.AddHours(-1))], [], [], Cancellation)).Covers(Mila, Noon).ShouldBeTrue();
        (await Database.Listens.StoreAsync([Guid.NewGuid()], null, [Shown(Mila, Noon.AddHours(1))], [], [], Cancellation)).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task A_listen_ahead_of_the_clock_is_deleted_too_and_a_second_deletion_takes_what_came_since()
    {
        await Database.History.AddAsync([new(Mila, "ahead", Noon.AddMinutes(9))], Cancellation);
        var first = await Deletions.DeleteAsync(Mila, Cancellation);
        first.Deleted.DeletedAt.ShouldBe(Noon.AddMinutes(9));
        await Deletions.DeleteAsync("ben", Cancellation);
        await Database.History.AddAsync([new(Mila, "later", Noon.AddHours(1))], Cancellation);
        Database.Clock.Now += TimeSpan.FromHours(2);

        var second = await Deletions.DeleteAsync(Mila, Cancellation);

        (second.RecentListens, second.Deleted.Number).ShouldBe((1, 3));
        (await Deletions.ReadNewsAsync(2, Cancellation)).Select(row => row.UserId).ShouldBe(["ben", Mila], "of both something is left");
        (await Deletions.ReadNumberAsync(Cancellation)).ShouldBe(3);

        // What was read before the second one says nothing of it.
        await Deletions.FinishAsync([first.Deleted], Cancellation);
        (await Deletions.ReadUnerasedAsync(Cancellation)).Select(row => row.UserId).ShouldBe(["ben", Mila]);
    }

    [Fact]
    public async Task No_race_between_a_deletion_and_writers_leaves_a_row()
    {
        await using var other = OpenAgain();
        for (var round = 0; round < 15; round++)
        {
            var user = $"user-{round}";
            var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
            {
                await ready.Task;
                for (var i = 0; i < 3; i++)
                {
                    RecentListenRow listen = new(user, $"track-{writer}-{i}", Noon.AddMinutes(-i));
                    RejectedListenRow bad = new($"bad {writer} {i}", Batch(Listen(user)), Noon, "");
                    await (writer % 2 == 0
                        ? (Task)StoreAsync([listen], [bad])
                        : other.History.AddAsync([listen], Cancellation));
                }
            })).ToArray();
            ready.SetResult();
            await Database.Deletions.DeleteAsync(user, Cancellation);
            await Task.WhenAll(writers);

            (await Database.History.GetAsync(user, 10, null, Cancellation)).ShouldBeEmpty();
        }

        (await Database.Rejected.CountAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task A_version_that_was_trained_meanwhile_does_not_bring_a_person_back()
    {
        await WriteVersionAsync("before", finish: false);
        await Deletions.DeleteAsync(Mila, Cancellation);
        await WriteVersionAsync("after", finish: false, heeded: 1);

        await FinishAsync("before");
        await FinishAsync("after");

        (await Database.Models.ReadUserRecommendationsAsync("before", Mila, Cancellation)).ShouldBeNull();
        (await Database.Models.ReadUserRecommendationsAsync("before", "ben", Cancellation)).ShouldNotBeNull();
        (await Database.Models.ReadUserRecommendationsAsync("after", Mila, Cancellation)).ShouldNotBeNull("it knows only of what came later");
        (await Database.Models.FindNotHeedingAsync(1, Cancellation)).Whole.Select(version => version.Version).ShouldBe(["before"]);
        (await EraseAsync("before", [.. await Deletions.ReadUnerasedAsync(Cancellation)])).ShouldBe(1);
        (await Database.Models.FindNotHeedingAsync(1, Cancellation)).Whole.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_person_is_taken_out_of_the_arrays_of_a_version_and_the_others_are_as_they_were()
    {
        await WriteVersionAsync("v1");

        DeletedUserRow[] deleted = [new("1", "nobody", Noon, 1), new("2", Mila, Noon, 2)];
        (await EraseAsync("v1", deleted)).ShouldBe(1);
        (await EraseAsync("v1", deleted)).ShouldBe(0, "it heeds them now");

        var ids = (await Database.Artifacts.ReadTextsAsync("v1", ArtifactNames.UserIds, Cancellation))!;
        (ids[0], ids[2], ids.Length).ShouldBe(("ann", "ben", 3));
        ids.Select(ArtifactEraser.IsErased).ShouldBe([false, true, false]);
        (await Database.Artifacts.ReadMatrixAsync("v1", ArtifactNames.AlsUserFactors, Cancellation))!.Values.ShouldBe([1, 2, 0, 0, 5, 6]);
        (await Database.Artifacts.ReadInt64Async("v1", ArtifactNames.HeardOffsets, Cancellation)).ShouldBe([0, 2, 2, 3]);
        (await Database.Artifacts.ReadInt32Async("v1", ArtifactNames.HeardItems, Cancellation)).ShouldBe([7, 8, 9]);
        (await Database.Artifacts.ReadInt32Async("v1", ArtifactNames.HeardPlays, Cancellation)).ShouldBe([1, 2, 5]);
        (await Database.Artifacts.ReadInt64Async("v1", ArtifactNames.OffsetsOf(ArtifactNames.UserNeighbors), Cancellation)).ShouldBe([0, 1, 1, 2]);
        (await Database.Artifacts.ReadInt32Async("v1", ArtifactNames.TargetsOf(ArtifactNames.UserNeighbors), Cancellation)).ShouldBe([2, 0]);
        (await Database.Artifacts.ReadMatrixAsync("v1", ArtifactNames.WeightsOf(ArtifactNames.UserNeighbors), Cancellation))!.Values.ShouldBe([0.2f, 0.4f]);
        (await Database.Artifacts.ReadTextsAsync("v1", ArtifactNames.QualityUserIds, Cancellation))![0].ShouldStartWith("deleted-");
        await using var context = Database.Database.CreateContext();
        context.ModelArtifacts.Select(row => row.Name).ToList().ShouldNotContain(name => name.Contains("replacing"));
    }

    private static Listen Listen(string user, string track = "t", DateTimeOffset? time = null) =>
        new() { UserId = user, TrackId = track, ListenTime = (time ?? Noon).ToTimestamp(), PlayedShare = 2 };

    private Task<DeletedUsers> StoreAsync(RecentListenRow[] listens, RejectedListenRow[] rejected) => Database.Listens.StoreAsync(
        [Guid.NewGuid()], null, [.. listens.Select(listen => Listen(listen.UserId, listen.TrackId, listen.ListenedAt))], listens, rejected, Cancellation);

    private static byte[] Batch(params Listen[] listens) => new ListenBatch { Producer = "player", Listens = { listens } }.ToByteArray();

    private async Task WriteVersionAsync(string version, bool finish = true, long heeded = 0)
    {
        var artifacts = Database.Artifacts;
        await Database.Models.BeginAsync(version, new Dictionary<string, string>(), Cancellation, heededDeletions: heeded);
        await Database.Models.WriteUserRecommendationsAsync(version, [new("ben", ["t"], [1], ["als"]), new(Mila, ["t"], [1], ["als"])], Cancellation);
        await artifacts.WriteTextsAsync(version, ArtifactNames.UserIds, ["ann", Mila, "ben"], Cancellation);
        await artifacts.WriteTextsAsync(version, ArtifactNames.QualityUserIds, [Mila], Cancellation);
        await artifacts.WriteMatrixAsync(version, ArtifactNames.AlsUserFactors, 3, 2, row => new float[] { (2 * row) + 1, (2 * row) + 2 }, Cancellation);
        await artifacts.WriteInt64Async(version, ArtifactNames.HeardOffsets, new long[] { 0, 2, 4, 5 }, Cancellation);
        await artifacts.WriteInt32Async(version, ArtifactNames.HeardItems, new[] { 7, 8, 3, 4, 9 }, Cancellation);
        await artifacts.WriteInt32Async(version, ArtifactNames.HeardPlays, new[] { 1, 2, 3, 4, 5 }, Cancellation);
        await artifacts.WriteInt64Async(version, ArtifactNames.OffsetsOf(ArtifactNames.UserNeighbors), new long[] { 0, 2, 3, 4 }, Cancellation);
        await artifacts.WriteInt32Async(version, ArtifactNames.TargetsOf(ArtifactNames.UserNeighbors), new[] { 1, 2, 0, 0 }, Cancellation);
        await artifacts.WriteMatrixAsync(version, ArtifactNames.WeightsOf(ArtifactNames.UserNeighbors), 1, 4, _ => new float[] { 0.1f, 0.2f, 0.3f, 0.4f }, Cancellation);
        if (finish)
        {
            await FinishAsync(version);
        }
    }

    private Task FinishAsync(string version) => Database.Models.FinishAsync(
        version, new ModelResult(new Dictionary<string, double>(), 3, 10, 5, TimeSpan.FromSeconds(1)), Cancellation);

    private async Task<int> EraseAsync(string version, params DeletedUserRow[] deleted) =>
        await Database.Eraser.EraseAsync((await Database.Models.GetAsync(version, Cancellation))!, deleted, Cancellation);

    private async Task<IReadOnlyList<string>> FindAsync(string text)
    {
        if (Provider == DatabaseOptions.Postgres)
        {
            return await DatabaseSearch.InPostgresAsync(ConnectionString, text);
        }

        var file = new SqliteConnectionStringBuilder(ConnectionString).DataSource;
        return DatabaseSearch.InFiles(Directory.GetFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*"), text);
    }
}

public sealed class PostgresDeletedUserTests(MigratedDatabases databases) : DeletedUserTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteDeletedUserTests(MigratedDatabases databases) : DeletedUserTests(databases, DatabaseOptions.Sqlite);
