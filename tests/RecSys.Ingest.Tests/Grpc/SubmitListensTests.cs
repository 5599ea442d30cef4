using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RecSys.Analytics.Listens;
using RecSys.Contracts;
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
        await SubmitAsync(Samples.Listen(1, l => l.ListenTime = new Timestamp { Seconds = 1_100_000_000, Nanos = 123_456_789 }));

        var kept = (await _ingest.History.GetAsync("user-1", 10, null, CancellationToken.None)).Single();
        kept.ListenedAt.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1_100_000_000).AddMicroseconds(123_456), "times are kept to the microsecond");
    }

    [Fact]
    public async Task Bad_listens_are_refused_one_by_one_and_kept_with_their_reasons()
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
        var kept = await _ingest.Rejected.GetNewestAsync(10, CancellationToken.None);
        kept.ShouldContain(row => row.Reason == "user_id must not be empty" && row.Producer == "tests");
        (await _ingest.CountAsync()).ShouldBe((2, 2, 2));
    }

    [Fact]
    public async Task A_batch_of_bad_listens_only_is_answered_and_stores_no_listen()
    {
        var answer = await SubmitAsync(Samples.Listen(1, l => l.UserId = ""), Samples.Listen(2, l => l.TrackId = new string('x', 257)));

        answer.Accepted.ShouldBe(0);
        answer.Rejected.Count.ShouldBe(2);
        (await _ingest.CountAsync()).ShouldBe((0, 0, 2));
        _ingest.Segments().ShouldBeEmpty();
    }

    [Fact]
    public async Task Listens_that_are_sent_again_are_stored_once()
    {
        var first = await SubmitAsync(Samples.Listen(1), Samples.Listen(2), Samples.Listen(1));
        var second = await SubmitAsync(Samples.Listen(1), Samples.Listen(2));

        first.ShouldBe(new SubmitListensResponse { Accepted = 2, Duplicate = 1 });
        second.ShouldBe(new SubmitListensResponse { Duplicate = 2 });
        (await _ingest.CountAsync()).ShouldBe((2, 2, 0));
    }

    [Fact]
    public async Task The_same_batch_many_times_at_once_is_accepted_once_and_known_otherwise()
    {
        var batch = Samples.Listens(0, 200).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SubmitAsync(batch)));

        (answers.Sum(answer => answer.Accepted), answers.Sum(answer => answer.Duplicate)).ShouldBe((200, 1_400));
        (await _ingest.CountAsync()).ShouldBe((200, 200, 0));
    }

    [Theory]
    [InlineData(0.3f, 0.7f)]
    [InlineData(0.7f, 0.3f)]
    [InlineData(null, 0.7f)]
    [InlineData(0.7f, null)]
    public async Task Of_contradictory_reports_of_a_listen_the_larger_fields_count_wherever_they_are_read(float? first, float? second)
    {
        // In one batch, and in two.
        await SubmitAsync(Report(1, first, 2), Report(1, second, 3));
        await SubmitAsync(Report(2, first, 2));
        await SubmitAsync(Report(2, second, 3));

        foreach (var number in (int[])[1, 2])
        {
            var kept = (await _ingest.History.GetAsync($"user-{number}", 10, null, CancellationToken.None)).ShouldHaveSingleItem();
            (kept.PlayedShare, kept.PlayCount).ShouldBe((0.7f, 3));
        }

        (await _ingest.Queries.ReadListensAsync(InteractionQuery.All).ToListAsync(CancellationToken.None))
            .Select(listen => (listen.PlayedShare, listen.PlayCount)).ShouldBe([(0.7f, 3), (0.7f, 3)]);
    }

    [Fact]
    public async Task A_second_players_report_of_a_play_is_left_out_and_kept_with_the_rejected_ones()
    {
        await SubmitAsync(Timed(0), Timed(99), Timed(240));
        var answer = await _ingest.Client.SubmitListensAsync(new SubmitListensRequest
        {
            Producer = "phone",
            Listens = { Timed(150), Timed(500), Timed(20), Timed(150, l => l.TrackId = "another"), Timed(150, l => l.UserId = "another"), Timed(240) },
        });

        // 150 is near 240, and 20 near 0: less than 100 of the track's 200 seconds. 99 is near 0, but of the same player; 240 is known.
        answer.ShouldBe(new SubmitListensResponse { Accepted = 5, Duplicate = 1 });
        (await _ingest.History.GetAsync("user-0", 10, null, CancellationToken.None)).Where(listen => listen.TrackId == "track-0")
            .Select(listen => (listen.ListenedAt - Samples.Listen(0).ListenTime.ToDateTimeOffset()).TotalSeconds).ShouldBe([500, 240, 99, 0]);
        (await _ingest.CountAsync()).ShouldBe((6, 6, 2));
        (await _ingest.Rejected.GetNewestAsync(10, CancellationToken.None))
            .ShouldAllBe(row => row.Reason.StartsWith("listen_time must not be within half") && row.Producer == "phone");
    }

    [Fact]
    public async Task Near_duplicates_are_stored_where_the_setting_says_so()
    {
        await using var ingest = await IngestHost.StartAsync(("Ingest:LeavesOutNearDuplicates", "false"));

        await ingest.Client.SubmitListensAsync(new SubmitListensRequest { Producer = "phone", Listens = { Timed(0) } });
        await ingest.Client.SubmitListensAsync(new SubmitListensRequest { Producer = "hub", Listens = { Timed(1) } });

        (await ingest.CountAsync()).ShouldBe((2, 2, 0));
    }

    [Fact]
    public async Task Bad_listens_that_are_sent_again_are_kept_once()
    {
        var bad = Samples.Listen(1, l => l.ListenTime = DateTimeOffset.UtcNow.AddDays(1).ToTimestamp());

        await SubmitAsync(bad);
        await SubmitAsync(bad);

        (await _ingest.CountAsync()).ShouldBe((0, 0, 1));
    }

    [Fact]
    public async Task A_track_without_an_id_is_found_by_artist_and_title_together_or_entered()
    {
        await _ingest.Tracks.PutAsync(
            [new("own-7", "Lateralus", "Tool", "", []), new("own-8", "Lateralus", "Somebody Else", "", [])], CancellationToken.None);

        var answer = await SubmitAsync(Named(1, "  TOOL", "lateralus"), Named(2, "Nobody", "Lateralus"), Named(3, "nobody", "LATERALUS"));

        answer.Accepted.ShouldBe(3);
        var tracks = await Task.WhenAll(Enumerable.Range(1, 3).Select(async number =>
            (await _ingest.History.GetAsync($"user-{number}", 1, null, CancellationToken.None)).Single().TrackId));
        tracks[0].ShouldBe("own-7");
        tracks[1].ShouldBe(TrackNameKey.ToTrackId(TrackNameKey.Of("Nobody", "Lateralus")!));
        tracks[2].ShouldBe(tracks[1]);
        var entered = (await _ingest.Tracks.GetAsync([tracks[1]], CancellationToken.None)).Single().Value;
        (entered.Artist, entered.Title).ShouldBe(("Nobody", "Lateralus"));
    }

    [Fact]
    public async Task A_played_duration_becomes_a_share_of_the_length_that_the_listen_or_the_catalogue_has()
    {
        await _ingest.Tracks.PutAsync([new("timed", "", "", "", [], TimeSpan.FromSeconds(200))], CancellationToken.None);

        await SubmitAsync(
            Played(1, "timed", seconds: 50),
            Played(2, "untimed", seconds: 50),
            Played(3, "untimed", seconds: 50, l => l.TrackLength = Duration.FromTimeSpan(TimeSpan.FromSeconds(100))),
            Played(4, "timed", seconds: 500));

        var shares = await Task.WhenAll(Enumerable.Range(1, 4).Select(async number =>
            (await _ingest.History.GetAsync($"user-{number}", 1, null, CancellationToken.None)).Single().PlayedShare));
        shares.ShouldBe([0.25f, null, 0.5f, 1f]);
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

    private static Listen Report(int number, float? share, uint plays) => Samples.Listen(number, l =>
    {
        l.PlayCount = plays;
        l.ClearPlayedShare();
        if (share is { } known)
        {
            l.PlayedShare = known;
        }
    });

    private static Listen Timed(int seconds, Action<Listen>? change = null) => Samples.Listen(0, l =>
    {
        l.ListenTime = (l.ListenTime.ToDateTimeOffset() + TimeSpan.FromSeconds(seconds)).ToTimestamp();
        l.TrackLength = Duration.FromTimeSpan(TimeSpan.FromSeconds(200));
        change?.Invoke(l);
    });

    private static Listen Named(int number, string artist, string title) =>
        Samples.Listen(number, l => (l.TrackId, l.Artist, l.Title) = ("", artist, title));

    private static Listen Played(int number, string trackId, int seconds, Action<Listen>? change = null) => Samples.Listen(number, l =>
    {
        l.ClearPlayedShare();
        (l.TrackId, l.PlayedDuration) = (trackId, Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds)));
        change?.Invoke(l);
    });

    private async Task<SubmitListensResponse> SubmitAsync(params Listen[] listens) =>
        await _ingest.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { listens }, Producer = "tests" });

    private async Task<RecSysException> RefusedAsync(SubmitListensRequest request)
    {
        var exception = await Should.ThrowAsync<RpcException>(async () => await _ingest.Client.SubmitListensAsync(request));
        return exception.ReadError().ShouldNotBeNull();
    }
}
