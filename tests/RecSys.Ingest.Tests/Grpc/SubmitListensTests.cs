using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RecSys.Analytics.Listens;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Tests.Grpc;

public sealed class SubmitListensTests : IAsyncLifetime
{
    private IngestHost _ingest = null!;

    public async ValueTask InitializeAsync() => _ingest = await IngestHost.StartAsync();

    public ValueTask DisposeAsync() => _ingest.DisposeAsync();

    [Fact]
    public async Task Good_listens_are_in_both_stores_when_the_answer_comes()
    {
        var answer = await SubmitAsync(
            Samples.Listen(1, l => l.PlayCount = 3), Samples.Listen(2, l => l.ClearPlayedShare()));

        answer.ShouldBe(new SubmitListensResponse { Accepted = 2 });
        (await _ingest.CountAsync()).ShouldBe((2, 2, 0));
        var kept = (await _ingest.History.GetAsync("user-1", 10, null, CancellationToken.None)).Single();
        kept.TrackId.ShouldBe("track-1");
        kept.ListenedAt.ShouldBe(Samples.Listen(1).ListenTime.ToDateTimeOffset());
        kept.PlayCount.ShouldBe(3);
        kept.PlayedShare.ShouldBe(0.5f);
        var inLake = await _ingest.Queries.ReadListensAsync(InteractionQuery.All).ToListAsync(CancellationToken.None);
        inLake[0].PlayCount.ShouldBe(3);
        inLake[1].ShouldBe(new Lake.LakeListen("user-2", "track-2", Samples.Listen(2).ListenTime.ToDateTimeOffset(), null, 1));
    }

    [Fact]
    public async Task A_late_listen_keeps_its_own_time()
    {
        await SubmitAsync(Samples.Listen(1, l => l.ListenTime = new Timestamp { Seconds = 86_400, Nanos = 123_456_789 }));

        var kept = (await _ingest.History.GetAsync("user-1", 10, null, CancellationToken.None)).Single();
        kept.ListenedAt.ShouldBe(DateTimeOffset.UnixEpoch.AddDays(1).AddMicroseconds(123_456), "times are kept to the microsecond");
    }

    [Fact]
    public async Task Bad_listens_are_refused_one_by_one_and_nothing_of_them_is_stored()
    {
        var answer = await SubmitAsync(
            Samples.Listen(1),
            Samples.Listen(2, l => l.UserId = ""),
            Samples.Listen(3),
            Samples.Listen(4, l =>
            {
                l.TrackId = "nul\0";
                l.ListenTime = DateTimeOffset.UtcNow.AddHours(1).ToTimestamp();
                l.PlayedShare = float.NaN;
            }));

        answer.Accepted.ShouldBe(2);
        answer.Rejected.Select(rejected => (rejected.Index, rejected.Field))
            .ShouldBe([(1, "user_id"), (3, "track_id"), (3, "listen_time"), (3, "played_share")]);
        answer.Rejected.ShouldAllBe(rejected => rejected.Reason.StartsWith("must "));
        (await _ingest.CountAsync()).ShouldBe((2, 2, 0));
    }

    [Fact]
    public async Task A_batch_of_bad_listens_only_is_answered_and_leaves_nothing_behind()
    {
        var answer = await SubmitAsync(Samples.Listen(1, l => l.UserId = ""), Samples.Listen(2, l => l.TrackId = new string('x', 257)));

        answer.Accepted.ShouldBe(0);
        answer.Rejected.Count.ShouldBe(2);
        (await _ingest.CountAsync()).ShouldBe((0, 0, 0));
        _ingest.Segments().ShouldBeEmpty();
    }

    [Fact]
    public async Task Listens_that_are_sent_again_are_stored_once()
    {
        var first = await SubmitAsync(Samples.Listen(1), Samples.Listen(2), Samples.Listen(1));
        var second = await SubmitAsync(Samples.Listen(1), Samples.Listen(2));

        first.ShouldBe(new SubmitListensResponse { Accepted = 2, Duplicate = 1 });
        second.ShouldBe(new SubmitListensResponse { Accepted = 2 });
        (await _ingest.CountAsync()).ShouldBe((2, 2, 0));
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_refused()
    {
        // listens { user_id: FF 41, track_id: "t", listen_time: { seconds: 1 } } by hand: no client of ours would send it.
        byte[] listen = [0x0A, 0x02, 0xFF, 0x41, 0x12, 0x01, (byte)'t', 0x1A, 0x02, 0x08, 0x01];
        var raw = Marshallers.Create<byte[]>((bytes, context) => context.Complete(bytes), context => context.PayloadAsNewBuffer());
        var method = new Method<byte[], byte[]>(MethodType.Unary, "recsys.ingest.v1.IngestService", "SubmitListens", raw, raw);

        var refused = (await Should.ThrowAsync<RpcException>(async () => await _ingest.Host.Channel.CreateCallInvoker()
            .AsyncUnaryCall(method, null, new CallOptions(), [0x0A, (byte)listen.Length, .. listen]))).ReadError().ShouldNotBeNull();

        (refused.Code, refused.Reason).ShouldBe((StatusCode.InvalidArgument, "MALFORMED_MESSAGE"));
        refused.Message.ShouldContain("UTF-8");
        (await _ingest.CountAsync()).ShouldBe((0, 0, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(501)]
    public async Task A_batch_has_1_to_500_listens(int count)
    {
        var refused = await RefusedAsync(new SubmitListensRequest { Listens = { Samples.Listens(0, count) } });

        refused.Code.ShouldBe(StatusCode.InvalidArgument);
        refused.Violations.ShouldBe([new FieldViolation("listens", $"must be from 1 to 500, is {count}")]);
        (await _ingest.CountAsync()).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task A_refused_batch_names_every_bad_field_of_every_listen()
    {
        var request = new SubmitListensRequest
        {
            Producer = new string('p', 129),
            Listens = { Samples.Listen(0), Samples.Listen(1, l => l.UserId = ""), Samples.Listen(2, l => { l.TrackId = "\t"; l.ListenTime = null; }) },
        };

        var refused = await RefusedAsync(request);

        refused.Violations.Select(violation => violation.Field)
            .ShouldBe(["producer", "listens[1].user_id", "listens[2].track_id", "listens[2].listen_time"]);
        (await _ingest.CountAsync()).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task A_body_of_50_MB_is_refused_and_the_next_call_works()
    {
        var request = new SubmitListensRequest { Producer = new string('p', 50_000_000) };

        var refused = await Should.ThrowAsync<RpcException>(async () => await _ingest.Client.SubmitListensAsync(request));

        refused.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        (await SubmitAsync(Samples.Listen(1))).Accepted.ShouldBe(1);
    }

    private async Task<SubmitListensResponse> SubmitAsync(params Listen[] listens) =>
        await _ingest.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { listens }, Producer = "tests" });

    private async Task<RecSysException> RefusedAsync(SubmitListensRequest request)
    {
        var exception = await Should.ThrowAsync<RpcException>(async () => await _ingest.Client.SubmitListensAsync(request));
        return exception.ReadError().ShouldNotBeNull();
    }
}
