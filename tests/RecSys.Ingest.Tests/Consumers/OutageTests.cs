using Grpc.Core;
using Npgsql;
using RecSys.Contracts.Ingest.V1;
using RecSys.Hosting.Errors;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Consumers;

/// <summary>Servers that go away and come back. Each test has servers of its own.</summary>
public sealed class OutageTests(PostgresFixture postgres, RabbitMqFixture broker)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Without_a_broker_nothing_is_accepted_and_callers_are_told_what_is_safe_and_when_to_try_again()
    {
        await using var server = await RabbitMqServer.StartAsync();
        await using var ingest = await IngestHost.StartAsync(
            await postgres.CreateDatabaseAsync(), server.CreateVirtualHost(), ("Bus:PublishTimeout", "00:00:02"));
        using var call = ingest.Client.StreamListens();
        await call.RequestStream.WriteAsync(new StreamListensRequest { Listens = { Samples.Listens(0, 3) } });
        await WaitForAsync(ingest, listens: 3);
        await server.StopAsync();

        var refused = (await Should.ThrowAsync<RpcException>(() => SubmitAsync(ingest, 5))).ReadError().ShouldNotBeNull();
        refused.Code.ShouldBe(StatusCode.Unavailable);
        refused.RetryDelay.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);

        // A stream that was open says which of its messages are safe.
        await call.RequestStream.WriteAsync(new StreamListensRequest { Listens = { Samples.Listen(3) } });
        await call.RequestStream.WriteAsync(new StreamListensRequest { Listens = { Samples.Listen(4) } });
        await call.RequestStream.CompleteAsync();
        var ended = (await Should.ThrowAsync<RpcException>(async () => await call)).ReadError().ShouldNotBeNull();
        ended.Code.ShouldBe(StatusCode.Unavailable);
        ended.RetryDelay.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        ended.Message.ShouldEndWith("Accepted are the first 1 messages of the stream; send those after them again.");
        (await ingest.CountAsync()).ShouldBe((3, 3, 0));

        await server.RestartAsync();
        await Wait.UntilAsync(() => IsAcceptedAsync(ingest, 5), Patience, "the broker to take listens again");
        await WaitForAsync(ingest, listens: 4);
    }

    [Fact]
    public async Task Without_a_database_listens_wait_in_the_queue_and_none_is_lost()
    {
        await using var server = await PostgresServer.StartAsync();
        var virtualHost = await broker.CreateVirtualHostAsync();
        await using var ingest = await IngestHost.StartAsync(await server.CreateDatabaseAsync(), virtualHost);
        await using var producer = await ForeignProducer.ConnectAsync(virtualHost);
        (await SubmitAsync(ingest, 0)).Accepted.ShouldBe(1);
        await WaitForAsync(ingest, listens: 1);
        await server.StopAsync();

        for (var i = 1; i <= 5; i++)
        {
            (await SubmitAsync(ingest, i)).Accepted.ShouldBe(1, "the broker has the listens, so they are safe");
        }

        // The writer has them in hand and keeps failing; nothing reaches the lake a second time meanwhile.
        var tracks = (await Should.ThrowAsync<RpcException>(async () => await ingest.Client.PutTracksAsync(new PutTracksRequest
        {
            Tracks = { new Contracts.Common.V1.Track { TrackId = "t1" } },
        }))).ReadError().ShouldNotBeNull();
        tracks.Code.ShouldBe(StatusCode.Unavailable);
        tracks.RetryDelay.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        ingest.Segments().Length.ShouldBe(1);

        await server.RestartAsync();
        await WaitForAsync(ingest, listens: 6);
        ingest.Segments().Length.ShouldBeLessThanOrEqualTo(6, "the outage leaves no copies in the lake");
        (await producer.CountWaitingAsync()).ShouldBe(0u);
    }

    [Theory]
    [InlineData("ALTER ROLE recsys SET default_transaction_read_only = on", "ALTER ROLE recsys RESET default_transaction_read_only")]
    [InlineData("REVOKE INSERT ON ALL TABLES IN SCHEMA public FROM recsys", "GRANT INSERT ON ALL TABLES IN SCHEMA public TO recsys")]
    [InlineData("ALTER ROLE recsys NOLOGIN", "ALTER ROLE recsys LOGIN")]
    public async Task What_somebody_must_mend_in_the_database_is_waited_for_and_costs_no_listen(string spoil, string mend)
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await using var administrator = NpgsqlDataSource.Create(database);
        await ExecuteAsync("CREATE ROLE recsys LOGIN; GRANT ALL ON SCHEMA public TO recsys");
        await using var ingest = await IngestHost.StartAsync(
            new NpgsqlConnectionStringBuilder(database) { Username = "recsys" }.ConnectionString, await broker.CreateVirtualHostAsync());
        await SubmitAsync(ingest, 0);
        await WaitForAsync(ingest, listens: 1);

        await ExecuteAsync(spoil);
        (await SubmitAsync(ingest, 1)).Accepted.ShouldBe(1, "the broker has it");
        var refused = (await Should.ThrowAsync<RpcException>(async () => await ingest.Client.PutTracksAsync(new PutTracksRequest
        {
            Tracks = { new Contracts.Common.V1.Track { TrackId = "t1" } },
        }))).ReadError().ShouldNotBeNull();
        (refused.Code, refused.Reason).ShouldBe((StatusCode.Unavailable, "DATABASE_UNAVAILABLE"));
        refused.Message.ShouldContain("can't be used now");

        await ExecuteAsync(mend);
        await WaitForAsync(ingest, listens: 2);

        async Task ExecuteAsync(string sql)
        {
            await using var command = administrator.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
            await using var disconnect = administrator.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'recsys'");
            await disconnect.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task Listens_that_the_broker_has_are_stored_by_the_next_ingest_when_one_is_stopped()
    {
        await using var server = await PostgresServer.StartAsync();
        var virtualHost = await broker.CreateVirtualHostAsync();
        var database = await server.CreateDatabaseAsync();
        await using (var first = await IngestHost.StartAsync(database, virtualHost))
        {
            await SubmitAsync(first, 0);
            await WaitForAsync(first, listens: 1);
            await server.StopAsync();
            await SubmitAsync(first, 1);
        }

        await server.RestartAsync();
        await using var second = await IngestHost.StartAsync(database, virtualHost);
        await Wait.UntilAsync(async () => await second.History.CountAsync(CancellationToken.None) == 2, Patience, "the second listen to be stored");
    }

    private static async Task<SubmitListensResponse> SubmitAsync(IngestHost ingest, int number) =>
        await ingest.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { Samples.Listen(number) } });

    private static async Task<bool> IsAcceptedAsync(IngestHost ingest, int number)
    {
        try
        {
            return (await SubmitAsync(ingest, number)).Accepted == 1;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }

    private static Task WaitForAsync(IngestHost ingest, long listens) => Wait.UntilAsync(
        async () => await ingest.CountAsync() == (listens, listens, 0), Patience, $"{listens} listens in both stores");
}
