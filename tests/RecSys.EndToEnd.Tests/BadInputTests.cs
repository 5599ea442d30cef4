using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Trainer.V1;

namespace RecSys.EndToEnd.Tests;

/// <summary>Bad input is refused with every offending field named, and nothing is stored of it.</summary>
public sealed class BadInputTests(DistributedSystem system)
{
    private static readonly Marshaller<byte[]> Bytes = new((bytes, context) => context.Complete(bytes), context => context.PayloadAsNewBuffer());

    [Fact]
    public async Task Bad_listens_are_refused_field_by_field_and_leave_nothing_behind()
    {
        var time = DateTimeOffset.UtcNow;
        var answer = await system.Ingest.SubmitListensAsync(new SubmitListensRequest
        {
            Listens =
            {
                new Listen { UserId = "", TrackId = "bad-1", ListenTime = time.AddDays(2).ToTimestamp() },
                new Listen { UserId = "bad-user", TrackId = "bad\0-2", ListenTime = time.ToTimestamp() },
                new Listen { UserId = "bad-user", TrackId = "bad-3" },
                new Listen { UserId = "bad-user", TrackId = "bad-4", ListenTime = time.ToTimestamp(), PlayedShare = float.NaN },
            },
        });

        answer.Accepted.ShouldBe(0);
        answer.Rejected.Select(r => (r.Index, r.Field)).ShouldBe(
            [(0, "user_id"), (0, "listen_time"), (1, "track_id"), (2, "listen_time"), (3, "played_share")], ignoreOrder: true);
        answer.Rejected.ShouldAllBe(r => r.Reason.Length > 0);
        await NothingIsStoredOfAsync("bad-user");
    }

    [Fact]
    public async Task Text_that_is_not_UTF_8_is_refused()
    {
        // A listen whose user id is the two bytes C3 28, which no text has.
        var listen = new Listen { UserId = "##", TrackId = "t", ListenTime = DateTimeOffset.UtcNow.ToTimestamp() };
        var bytes = new SubmitListensRequest { Listens = { listen } }.ToByteArray();
        var at = bytes.AsSpan().IndexOf("##"u8);
        (bytes[at], bytes[at + 1]) = (0xC3, 0x28);
        var method = new Method<byte[], byte[]>(
            MethodType.Unary, "recsys.ingest.v1.IngestService", "SubmitListens", Bytes, Bytes);
        var channel = system.Channel("ingest");

        var error = await Should.ThrowAsync<RpcException>(
            async () => await channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, bytes));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        error.Status.Detail.ShouldContain("UTF-8");
        system["ingest"].Output.ShouldNotContain("InvalidProtocolBufferException", customMessage: "the caller's fault is none of the service");
    }

    [Fact]
    public async Task A_batch_of_501_listens_is_refused_as_a_whole()
    {
        var request = new SubmitListensRequest();
        for (var i = 0; i < 501; i++)
        {
            request.Listens.Add(new Listen { UserId = "batch-user", TrackId = $"t-{i}", ListenTime = DateTimeOffset.UtcNow.AddMinutes(-i).ToTimestamp() });
        }

        var error = await Should.ThrowAsync<RpcException>(async () => await system.Ingest.SubmitListensAsync(request));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        Violations(error).ShouldContainKey("listens");
        await NothingIsStoredOfAsync("batch-user");
    }

    [Fact]
    public async Task A_body_of_50_MB_is_refused()
    {
        var request = new PutTracksRequest { Tracks = { new RecSys.Contracts.Common.V1.Track { TrackId = "large", Title = new string('x', 50_000_000) } } };
        var error = await Should.ThrowAsync<RpcException>(async () => await system.Ingest.PutTracksAsync(request));
        error.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
    }

    [Fact]
    public async Task An_unknown_model_version_and_an_unknown_setting_are_named()
    {
        var unknown = await Should.ThrowAsync<RpcException>(async () =>
            await system.Trainer.ActivateModelAsync(new ActivateModelRequest { ModelVersion = "no-such-version" }));
        unknown.StatusCode.ShouldBe(StatusCode.NotFound);
        unknown.Status.Detail.ShouldContain("no-such-version");

        var setting = await Should.ThrowAsync<RpcException>(async () =>
            await system.Trainer.TrainModelAsync(new TrainModelRequest { Settings = { ["als.factor"] = "8", ["als.alpha"] = "much" } }));
        setting.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        Violations(setting).Keys.ShouldBe(["settings[als.factor]", "settings[als.alpha]"], ignoreOrder: true);
    }

    private static Dictionary<string, string> Violations(RpcException error)
    {
        var status = Google.Rpc.Status.Parser.ParseFrom(error.Trailers.GetValueBytes("grpc-status-details-bin"));
        status.Details.Single(d => d.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>().Domain.ShouldBe("recsys");
        return status.Details.Single(d => d.Is(BadRequest.Descriptor)).Unpack<BadRequest>().FieldViolations.ToDictionary(v => v.Field, v => v.Description);
    }

    /// <summary>Looks into the database after a good listen that was sent later has arrived there.</summary>
    private async Task NothingIsStoredOfAsync(string user)
    {
        var marker = $"marker-{Guid.NewGuid():N}";
        await system.Ingest.SubmitListensAsync(new SubmitListensRequest
        {
            Listens = { new Listen { UserId = marker, TrackId = "t", ListenTime = DateTimeOffset.UtcNow.ToTimestamp() } },
        });
        await using var connection = new NpgsqlConnection(system.DatabaseConnectionString);
        await connection.OpenAsync();
        await TestKit.Wait.UntilAsync(async () => await CountAsync(connection, marker) == 1, TimeSpan.FromSeconds(30), "the later listen to be stored");
        (await CountAsync(connection, user)).ShouldBe(0);
        (await CountAsync(connection, "")).ShouldBe(0);
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string user)
    {
        await using var command = new NpgsqlCommand("select count(*) from recent_listens where user_id = $1", connection) { Parameters = { new() { Value = user } } };
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
