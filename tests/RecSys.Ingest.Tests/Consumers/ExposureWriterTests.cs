using Google.Protobuf;
using Grpc.Core;
using RecSys.Analytics.Exposures;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Segments;
using RecSys.Hosting.Errors;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Consumers;

/// <summary>Exposures by gRPC and by plain AMQP become segments of the lake; RabbitMQ and Postgres are real.</summary>
public sealed class ExposureWriterTests(PostgresFixture postgres, RabbitMqFixture broker)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Exposures_of_the_service_and_of_a_foreign_producer_are_stored_once_and_the_bad_ones_kept()
    {
        var virtualHost = await broker.CreateVirtualHostAsync();
        await using var ingest = await IngestHost.StartAsync(await postgres.CreateDatabaseAsync(), virtualHost);
        await using var producer = await ForeignProducer.ConnectAsync(virtualHost, "exposures");
        var bad = Samples.Exposure(2, e => (e.Tracks[1].Rank, e.Arm) = (1, "T1"));

        var answer = await ingest.Client.SubmitExposuresAsync(
            new SubmitExposuresRequest { Producer = "shop", Exposures = { Samples.Exposure(0), Samples.Exposure(1), bad, Samples.Exposure(0) } });
        (await ingest.Client.SubmitExposuresAsync(new SubmitExposuresRequest { Exposures = { Samples.Exposure(1) } })).Duplicate.ShouldBe(1, "sending again does no harm");
        var latin1 = WithByte(Samples.Exposure(9, e => e.UserId = "Bj_rk").ToByteArray(), '_', 0xF6);
        await producer.PublishAsync(new ExposureBatch { Producer = "player", Exposures = { Samples.Exposure(3), Samples.Exposure(4, e => e.UserId = "") } }.ToByteArray());
        await producer.PublishAsync(Batch(Samples.Exposure(5).ToByteArray(), latin1));
        await producer.PublishAsync([0xFF], producerHeader: "poison");

        (answer.Accepted, answer.Duplicate).ShouldBe((2, 1));
        answer.Rejected.ShouldBe(
        [
            new RejectedExposure { Index = 2, Field = "arm", Reason = "must be set together with experiment, or both left empty" },
            new RejectedExposure { Index = 2, Field = "tracks[1].rank", Reason = "must not repeat, 1 stands in the exposure already" },
        ]);
        await WaitForAsync(ingest, exposures: 4, rejected: 4);
        var kept = (await ingest.Client.ListRejectedAsync(new ListRejectedRequest { Filter = new RejectedFilter { Kind = EventKind.Exposures } })).Rejections;
        kept.Select(entry => (entry.Producer, entry.Reason)).ShouldBe(
        [
            ("shop", "arm must be set together with experiment, or both left empty; tracks[1].rank must not repeat, 1 stands in the exposure already"),
            ("player", "user_id must not be empty"),
            ("", "user_id is not UTF-8"),
            ("poison", kept.Single(entry => entry.Producer == "poison").Reason),
        ],
        ignoreOrder: true);
        kept.Single(entry => entry.Producer == "shop").Exposures.ShouldBe([bad]);
        kept.Single(entry => entry.Reason.EndsWith("UTF-8")).Body.ToByteArray().ShouldBe(Batch(latin1));
        (await ingest.Client.ListRejectedAsync(new ListRejectedRequest { Filter = new RejectedFilter { Kind = EventKind.Listens } })).Rejections.ShouldBeEmpty();
        (await ingest.CountAsync()).ShouldBe((0, 0, 4));
    }

    [Fact]
    public async Task A_message_that_the_broker_delivers_again_is_recognised()
    {
        var virtualHost = await broker.CreateVirtualHostAsync();
        var database = await postgres.CreateDatabaseAsync();
        using var lake = new TempFolder("exposures");
        var body = new ExposureBatch { Producer = "player", Exposures = { Samples.Exposure(0) } }.ToByteArray();
        await using (var first = await IngestHost.StartAsync(database, virtualHost, ("Lake:Root", lake.Path)))
        {
            await using var producer = await ForeignProducer.ConnectAsync(virtualHost, "exposures");
            await producer.PublishAsync(body);
            await WaitForAsync(first, exposures: 1, rejected: 0);
        }

        // The same once more, as if the acknowledgement had been lost on its way.
        await using (var producer = await ForeignProducer.ConnectAsync(virtualHost, "exposures"))
        {
            await producer.PublishAsync(body);
            await Wait.UntilAsync(async () => await producer.CountWaitingAsync() == 1, Patience, "the message to wait");
            await producer.TakeAndLoseAsync();
        }

        await using var second = await IngestHost.StartAsync(database, virtualHost, ("Lake:Root", lake.Path));
        await using var other = await ForeignProducer.ConnectAsync(virtualHost, "exposures");
        await other.PublishAsync(new ExposureBatch { Exposures = { Samples.Exposure(1) } }.ToByteArray());
        await WaitForAsync(second, exposures: 2, rejected: 0);

        (await second.Lake.ListAsync()).Where(segment => segment.Kind == SegmentKind.Exposures).Sum(segment => segment.Rows).ShouldBe(6);
        (await other.CountWaitingAsync()).ShouldBe(0u);
    }

    [Fact]
    public async Task On_the_bus_in_memory_exposures_are_stored_when_the_call_returns_and_kept_ones_replayed()
    {
        await using var ingest = await IngestHost.StartAsync();
        var late = Samples.Exposure(0);
        await ingest.Rejected.AddAsync(
            [new("was refused by an older rule", new ExposureBatch { Exposures = { late, Samples.Exposure(1, e => e.Tracks.Clear()) } }.ToByteArray(), DateTimeOffset.UtcNow, "player") { Kind = EventKind.Exposures }],
            CancellationToken.None);

        await ingest.Client.SubmitExposuresAsync(new SubmitExposuresRequest { Exposures = { Samples.Exposure(2) } });
        (await CountAsync(ingest)).ShouldBe(1);
        var replayed = await ingest.Client.ReplayRejectedAsync(new ReplayRejectedRequest { Filter = new RejectedFilter() });

        (replayed.Replayed, replayed.Remaining.Single().Reason).ShouldBe((1, "tracks must be from 1 to 500, is 0"));
        replayed.Remaining.Single().Kind.ShouldBe(EventKind.Exposures);
        (await CountAsync(ingest)).ShouldBe(2);
        ingest.Segments().ShouldAllBe(file => file.Contains("/exposures/date=2026-01-05/"));
    }

    [Fact]
    public async Task A_request_without_exposures_or_with_too_many_is_refused_as_a_whole()
    {
        await using var ingest = await IngestHost.StartAsync();

        foreach (var count in (int[])[0, 501])
        {
            var request = new SubmitExposuresRequest { Exposures = { Enumerable.Range(0, count).Select(number => Samples.Exposure(number)) } };
            var error = (await Should.ThrowAsync<RpcException>(async () => await ingest.Client.SubmitExposuresAsync(request))).ReadError().ShouldNotBeNull();
            (error.Code, error.Violations.Single().Field).ShouldBe((StatusCode.InvalidArgument, "exposures"));
        }

        ingest.Segments().ShouldBeEmpty();
    }

    private static byte[] Batch(params byte[][] exposures) =>
        [.. exposures.SelectMany(exposure => (byte[])[0x0A, (byte)(0x80 | (exposure.Length & 0x7F)), (byte)(exposure.Length >> 7), .. exposure])];

    private static byte[] WithByte(byte[] body, char placeholder, byte value) => [.. body.Select(b => b == placeholder ? value : b)];

    private static Task WaitForAsync(IngestHost ingest, long exposures, long rejected) => Wait.UntilAsync(
        async () => await CountAsync(ingest) == exposures && (await ingest.CountAsync()).Rejected == rejected, Patience, $"{exposures} exposures in the lake, {rejected} rejected");

    private static async Task<long> CountAsync(IngestHost ingest) => (await new ExposureOutcomes(ingest.Queries).ReportAsync(ExposureQuery.All)).Total.Exposures;
}
