using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Deletions;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Tests.Consumers;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Grpc;

/// <summary>People are deleted, with RabbitMQ and Postgres.</summary>
public sealed class DeleteUserTests(PostgresFixture postgres, RabbitMqFixture broker) : IAsyncLifetime
{
    private const string Mila = "mila.otter-7f3a";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private IngestHost _ingest = null!;
    private Uri _virtualHost = null!;
    private string _database = null!;

    public async ValueTask InitializeAsync()
    {
        (_virtualHost, _database) = (await broker.CreateVirtualHostAsync(), await postgres.CreateDatabaseAsync());
        _ingest = await IngestHost.StartAsync(_database, _virtualHost);
    }

    public ValueTask DisposeAsync() => _ingest.DisposeAsync();

    [Fact]
    public async Task What_was_deleted_does_not_come_back_by_any_way_in()
    {
        await using var other = await IngestHost.StartAsync(_database, _virtualHost);
        await using var producer = await ForeignProducer.ConnectAsync(_virtualHost);
        await _ingest.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { Of(Mila, 1), Of("ben", 1) } });
        await producer.PublishAsync("player", Of(Mila, 2));
        await WaitForAsync(history: 3, segmentRows: 3);

        var deleted = await _ingest.Client.DeleteUserAsync(new DeleteUserRequest { UserId = Mila });

        deleted.RecentListens.ShouldBe(2);
        await Wait.UntilAsync(() => Task.FromResult(!other.Host.Services.GetRequiredService<Hosting.KnownDeletions>().Current.IsEmpty), Patience, "the other instance to hear of it");
        foreach (var instance in (IngestHost[])[_ingest, other])
        {
            var again = await instance.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { Of(Mila, 1), Of(Mila, 2, l => l.PlayedShare = 7), Of("ben", 1) } });
            (again.Accepted + again.Duplicate, again.Deleted, again.Rejected.Count).ShouldBe((1, 2, 0));
        }

        using (var call = _ingest.Client.StreamListens())
        {
            await call.RequestStream.WriteAsync(new StreamListensRequest { Listens = { Of(Mila, 1) } });
            await call.RequestStream.CompleteAsync();
            var streamed = await call;
            (streamed.Accepted, streamed.Deleted).ShouldBe((0, 1));
        }

        // As a broker delivers again, and as a producer that kept it: good, bad, and one whose bytes can't be read.
        await producer.PublishAsync("player", Of(Mila, 2), Of(Mila, 3, l => l.TrackId = ""));
        await producer.PublishAsync([0xFF, .. System.Text.Encoding.UTF8.GetBytes(Mila)], producerHeader: "broken");
        await producer.PublishAsync("player", Of("ben", 2));

        // Ben's listen came three times; what is played after the deletion is a new history.
        await WaitForAsync(history: 2, segmentRows: 6);
        (await _ingest.Rejected.CountAsync(CancellationToken.None)).ShouldBe(0);
        (await DatabaseSearch.InPostgresAsync(_database, Mila)).ShouldBe(["deleted_users"]);
        await Wait.UntilAsync(
            async () => (await _ingest.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { Of(Mila, 9, l => l.ListenTime = DateTime.UtcNow.ToTimestamp()) } })).Accepted == 1,
            Patience, "a listen after the deletion");
        await Wait.UntilAsync(async () => (await _ingest.History.GetAsync(Mila, 10, null, CancellationToken.None)).Count == 1, Patience, "a new history");
    }

    [Fact]
    public async Task Listens_that_waited_in_the_queue_are_dropped_when_the_writer_comes_back()
    {
        await _ingest.DisposeAsync();
        await using (var producer = await ForeignProducer.ConnectAsync(_virtualHost))
        {
            await producer.PublishAsync("player", Of(Mila, 1), Of("ben", 1));
            await producer.PublishAsync("player", Of(Mila, 2));
        }

        await using (var database = await TestKit.Models.SampleDatabase.CreatePostgresAsync(_database))
        {
            await database.Deletions.DeleteAsync(Mila, CancellationToken.None);
        }

        _ingest = await IngestHost.StartAsync(_database, _virtualHost);

        await WaitForAsync(history: 1, segmentRows: 1);
        (await DatabaseSearch.InPostgresAsync(_database, Mila)).ShouldBe(["deleted_users"]);
    }

    [Fact]
    public async Task A_replay_brings_back_the_listens_of_others_only()
    {
        await _ingest.Rejected.AddAsync(
            [new("the writer crashed on it", Google.Protobuf.MessageExtensions.ToByteArray(new ListenBatch { Listens = { Of(Mila, 1), Of("ben", 1) } }), DateTimeOffset.UtcNow, "player")],
            CancellationToken.None);
        (await _ingest.Client.DeleteUserAsync(new DeleteUserRequest { UserId = Mila })).RejectedListens.ShouldBe(1);

        var answer = await _ingest.Client.ReplayRejectedAsync(new ReplayRejectedRequest { Filter = new RejectedFilter() });

        (answer.Replayed, answer.RemainingCount).ShouldBe((1, 0));
        await WaitForAsync(history: 1, segmentRows: 1);
    }

    [Fact]
    public async Task Deletions_are_listed_by_page_and_by_hash_once_they_are_erased()
    {
        foreach (var user in (string[])["ann", "ben", Mila])
        {
            await _ingest.Client.DeleteUserAsync(new DeleteUserRequest { UserId = user });
        }

        var store = _ingest.Host.Services.GetRequiredService<DeletedUserStore>();
        await store.FinishAsync([(await store.ReadUnerasedAsync(CancellationToken.None))[^1]], CancellationToken.None);
        var first = await _ingest.Client.ListDeletedUsersAsync(new ListDeletedUsersRequest { PageSize = 2 });
        var second = await _ingest.Client.ListDeletedUsersAsync(new ListDeletedUsersRequest { PageSize = 2, PageToken = first.NextPageToken });

        first.DeletedUsers.Select(user => user.UserId).ShouldBe(["", "ben"]);
        (first.DeletedUsers[0].UserHash, first.DeletedUsers[0].EraseTime is null).ShouldBe((DeletedUserRow.HashOf(Mila), false));
        second.DeletedUsers.Select(user => (user.UserId, user.EraseTime is null)).ShouldBe([("ann", true)]);
        second.NextPageToken.ShouldBeEmpty();
        (await DatabaseSearch.InPostgresAsync(_database, Mila)).ShouldBeEmpty();
        (await RefusedAsync(async () => await _ingest.Client.DeleteUserAsync(new DeleteUserRequest()))).ShouldBe(["user_id"]);
        (await RefusedAsync(async () => await _ingest.Client.ListDeletedUsersAsync(new ListDeletedUsersRequest { PageSize = 1_001, PageToken = "x" }))).ShouldBe(["page_size", "page_token"]);
    }

    private static Listen Of(string user, int number, Action<Listen>? change = null) => Samples.Listen(number, listen =>
    {
        listen.UserId = user;
        change?.Invoke(listen);
    });

    private static async Task<IEnumerable<string>> RefusedAsync(Func<Task> call) =>
        (await Should.ThrowAsync<RpcException>(call)).ReadError().ShouldNotBeNull().Violations.Select(violation => violation.Field);

    // Rows of files: readers would leave out what a deletion holds for.
    private Task WaitForAsync(long history, long segmentRows) => Wait.UntilAsync(
        async () => await _ingest.History.CountAsync(CancellationToken.None) == history && (await _ingest.Lake.ListAsync()).Sum(segment => segment.Rows) == segmentRows,
        Patience, $"{history} listens in the history, {segmentRows} rows in the lake");
}
