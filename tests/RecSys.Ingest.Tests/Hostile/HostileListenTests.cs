using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;
using RecSys.Hosting;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Consumers;
using RecSys.Ingest.Validation;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Hostile;

/// <summary>
/// Bodies of listens that nobody should send: every one is refused with a reason, or what is good in it is stored; none breaks the service or
/// leaves half of itself.
/// </summary>
public sealed class HostileListenTests
{
    private const string Service = "recsys.ingest.v1.IngestService";

    private static readonly Marshaller<byte[]> Bytes = new((bytes, context) => context.Complete(bytes), context => context.PayloadAsNewBuffer());

    private static readonly Method<byte[], byte[]> SubmitListens = new(MethodType.Unary, Service, "SubmitListens", Bytes, Bytes);

    private static readonly Method<byte[], byte[]> StreamListens = new(MethodType.ClientStreaming, Service, "StreamListens", Bytes, Bytes);

    private static readonly Method<byte[], byte[]> PutTracks = new(MethodType.Unary, Service, "PutTracks", Bytes, Bytes);

    [Fact]
    public async Task Every_body_is_judged_or_taken_apart_and_what_comes_of_it_can_be_stored()
    {
        await using var ingest = await IngestHost.StartAsync(("Database:RecentListensPerUser", "100000"));
        var acceptance = ingest.Host.Services.GetRequiredService<ListenAcceptance>();
        var now = DateTimeOffset.UtcNow;
        var rejected = new List<RejectedListenRow>();
        var good = new List<Listen>();
        foreach (var (number, body) in HostileListens.Take(9_000))
        {
            try
            {
                var batch = Read(body);
                var screened = acceptance.Screen(batch.Good, now);
                (screened.Good.Count + screened.Duplicates + screened.Bad.Count).ShouldBe(batch.Good.Count);
                good.AddRange(screened.Good);
                rejected.AddRange(acceptance.RejectionsOf(screened, batch.Producer));
                rejected.AddRange(batch.Bad.Select(bad => new RejectedListenRow(bad.Reason, bad.Body, now, ProducerText.Storable(batch.Producer))));
            }
            catch (Exception exception)
            {
                Assert.Fail($"{HostileInputs.Describe(number, body)}\n{exception}");
            }
        }

        good.Count.ShouldBeGreaterThan(500);
        rejected.Count.ShouldBeGreaterThan(1_000);
        rejected.ShouldAllBe(row => row.Reason.Length > 0);
        good.ShouldAllBe(listen => listen.ListenTime.ToDateTimeOffset() >= ListenRules.EarliestTime && new ListenIdentity(listen).Equals(new ListenIdentity(listen.Clone())));

        await ingest.Rejected.AddAsync(rejected, CancellationToken.None);
        (await ingest.Rejected.CountAsync(CancellationToken.None)).ShouldBe(rejected.DistinctBy(row => (row.Producer, row.Reason, Convert.ToHexString(row.Body))).Count());
        foreach (var part in good.Chunk(BatchRules.MaxListens))
        {
            var answer = await ingest.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { part } });
            answer.Rejected.ShouldBeEmpty();
        }

        var (history, lake, _) = await ingest.CountAsync();
        history.ShouldBe(lake, "every listen is in both stores");
        foreach (var row in await ingest.Rejected.GetNewestAsync(500, CancellationToken.None))
        {
            RejectedReplay.EventsOf<Listen, ListenBatch>(row.Body);
        }
    }

    [Fact]
    public async Task Every_call_is_answered_with_a_status_that_says_whose_fault_it_is()
    {
        await using var ingest = await IngestHost.StartAsync();
        var statuses = new HashSet<StatusCode>();
        foreach (var (number, body) in HostileListens.Take(120))
        {
            foreach (var call in (Func<CallInvoker, byte[], Task>[])[CallAsync(SubmitListens), CallAsync(PutTracks), StreamAsync])
            {
                try
                {
                    await call(ingest.Host.Channel.CreateCallInvoker(), body);
                    statuses.Add(StatusCode.OK);
                }
                catch (RpcException exception)
                {
                    exception.StatusCode.ShouldBe(StatusCode.InvalidArgument, $"{HostileInputs.Describe(number, body)} {exception.Status.Detail}");
                    exception.Status.Detail.ShouldNotBeEmpty();
                    statuses.Add(exception.StatusCode);
                }
            }
        }

        statuses.ShouldBe([StatusCode.OK, StatusCode.InvalidArgument], ignoreOrder: true);
        var before = await ingest.CountAsync();
        before.History.ShouldBe(before.Lake);
        (await ingest.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { Samples.Listen(9_999) } })).Accepted.ShouldBe(1);
        (await ingest.CountAsync()).ShouldBe((before.History + 1, before.Lake + 1, before.Rejected));
    }

    private static Func<CallInvoker, byte[], Task> CallAsync(Method<byte[], byte[]> method) => async (server, body) =>
    {
        using var call = server.AsyncUnaryCall(method, null, default, body);
        await call;
    };

    private static async Task StreamAsync(CallInvoker server, byte[] body)
    {
        using var call = server.AsyncClientStreamingCall(StreamListens, null, default);
        try
        {
            await call.RequestStream.WriteAsync(body);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The server has ended the call; its answer says why.
        }

        await call;
    }

    private static BrokenBatch<Listen> Read(byte[] body)
    {
        try
        {
            var batch = ListenBatch.Parser.ParseFrom(body);
            return new BrokenBatch<Listen>(batch.Producer, batch.Listens, []);
        }
        catch (InvalidProtocolBufferException)
        {
            return BrokenBatch<Listen>.TakeApart(body) ?? new BrokenBatch<Listen>("", [], []);
        }
    }
}
