using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Data.Histories;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Resilience;

public sealed class DegradationTests
{
    private static readonly SampleLog Log = new();

    // A part that is gone is told from one that is slow, however busy the machine is.
    private static readonly (string Key, string Value)[] Unhurried = [("Serving:CandidateTimeout", "00:00:20"), ("Serving:RankerTimeout", "00:00:20")];

    [Fact]
    public async Task Without_the_candidate_service_the_stored_list_answers_and_says_so_until_it_is_back()
    {
        await using var system = await ServingSystem.StartAsync(Log, Unhurried);
        var user = SampleLog.User(taste: 1, number: 2);

        await system.StopCandidateAsync();
        var degraded = await system.RecommendAsync(user);
        await system.StartCandidateAsync();
        var recovered = await system.RecommendUntilAsync(user, slate => !slate.Degraded, "the candidate service to be asked again");

        degraded.Degraded.ShouldBeTrue();
        degraded.Degradations.ShouldBe(["candidate: UNAVAILABLE; answered from the stored list"]);
        degraded.ModelVersion.ShouldBe("v1");
        degraded.Items.Count.ShouldBe(10);
        degraded.Items.ShouldAllBe(item => item.Sources.Single() == CandidateSource.Als && item.Reason == "Listeners with your taste play this");
        degraded.Items.ShouldAllBe(item => !Log.HeardBy(user).Contains(item.Track.TrackId) && item.Track.Title.Length > 0);
        degraded.Items.Select(item => item.Score).ShouldBeInOrder(SortDirection.Descending);
        recovered.Degradations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_stored_list_recent_listens_and_popular_tracks_answer()
    {
        await using var system = await ServingSystem.StartAsync(Log, Unhurried);
        var heard = new[] { Log.Track(3, 0), Log.Track(3, 1) };
        await system.Database.Histories.AddAsync(
            [.. heard.Select((track, place) => new RecentListenRow("newcomer", track, DateTimeOffset.UtcNow.AddMinutes(-place)))], CancellationToken.None);

        await system.StopCandidateAsync();
        var slate = await system.RecommendAsync("newcomer", slateSize: 50);

        slate.Degradations.ShouldBe(["candidate: UNAVAILABLE; answered from tracks similar to recent listens, popular tracks"]);
        slate.Items.Select(item => item.Track.TrackId).ShouldBeUnique();
        slate.Items.ShouldAllBe(item => !heard.Contains(item.Track.TrackId));
        slate.Items[0].Reason.ShouldStartWith("Because you played Folk Song ");
        Log.TasteOf(slate.Items[0].Track.TrackId).ShouldBe(3);
        slate.Items.ShouldContain(item => item.Sources.Single() == CandidateSource.Popular);
    }

    [Fact]
    public async Task Without_a_stored_list_what_was_heard_last_counts_most()
    {
        await using var system = await ServingSystem.StartAsync(Log, Unhurried);
        await system.Database.Histories.AddAsync(
            [.. new[] { 3, 0, 2, 1 }.Select((taste, place) => new RecentListenRow("newcomer", Log.Track(taste, 0), DateTimeOffset.UtcNow.AddMinutes(-place)))],
            CancellationToken.None);

        await system.StopCandidateAsync();
        var slate = await system.RecommendAsync("newcomer", slateSize: 30);

        var tastes = slate.Items.Select(item => Log.TasteOf(item.Track.TrackId)).ToList();
        tastes[0].ShouldBe(3);
        tastes.IndexOf(0).ShouldBeLessThan(tastes.IndexOf(1));
    }

    [Fact]
    public async Task Without_the_candidate_service_a_cold_user_gets_popular_tracks_and_exclusions_hold()
    {
        await using var system = await ServingSystem.StartAsync(Log, Unhurried);
        var most = (await system.Client.PopularAsync(new PopularRequest { PageSize = 3 })).Items.Select(item => item.Track.TrackId).ToArray();

        await system.StopCandidateAsync();
        var slate = await system.Client.RecommendAsync(new RecommendRequest { UserId = "nobody", ExcludedTrackIds = { most[0], most[2] } });

        slate.Degradations.ShouldBe(["candidate: UNAVAILABLE; answered from popular tracks"]);
        slate.Items.Count.ShouldBe(10);
        slate.Items[0].Track.TrackId.ShouldBe(most[1]);
        slate.Items.ShouldAllBe(item => item.Track.TrackId != most[0] && item.Track.TrackId != most[2]);
        slate.Items[0].Reason.ShouldBe($"Popular: {Log.ListenersOf(most[1])} listeners");
    }

    [Fact]
    public async Task Without_the_ranker_tracks_keep_the_order_of_retrieval_until_it_is_back()
    {
        await using var system = await ServingSystem.StartAsync(Log, Unhurried);
        var user = SampleLog.User(taste: 0, number: 1);

        await system.StopRankerAsync();
        var degraded = await system.RecommendAsync(user);
        await system.StartRankerAsync();
        await system.RecommendUntilAsync(user, slate => !slate.Degraded, "the ranker to be asked again");

        degraded.Degradations.ShouldBe(["ranker: UNAVAILABLE; tracks are in the order of retrieval"]);
        degraded.Items.Count.ShouldBe(10);
        degraded.Items.Select(item => item.Score).ShouldBeInOrder(SortDirection.Descending);
        degraded.Items.ShouldAllBe(item => item.Reason.Length > 0);
    }

    [Fact]
    public async Task A_candidate_service_that_hangs_costs_its_share_of_the_time_and_after_a_few_calls_none()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var system = await ServingSystem.StartAsync(
            Log,
            ("Services:Candidate", $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"),
            ("Serving:CandidateTimeout", "00:00:00.200"),
            ("Serving:BreakerMinimumCalls", "2"),
            ("Serving:BreakerPause", "00:05:00"));
        var user = SampleLog.User(taste: 0, number: 1);

        var slates = new List<RecommendResponse>();
        for (var i = 0; i < 4; i++)
        {
            slates.Add(await system.RecommendAsync(user));
        }

        slates.ShouldAllBe(slate => slate.Items.Count == 10);
        slates.Select(slate => slate.Degradations.Single()).ShouldBe(
            [
                "candidate: DEADLINE_EXCEEDED; answered from the stored list",
                "candidate: DEADLINE_EXCEEDED; answered from the stored list",
                $"candidate: {DownstreamPart.LeftAlone}; answered from the stored list",
                $"candidate: {DownstreamPart.LeftAlone}; answered from the stored list",
            ]);
    }

    [Fact]
    public async Task A_hanging_candidate_service_leaves_time_to_answer_before_the_callers_deadline()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var system = await ServingSystem.StartAsync(
            Log, ("Services:Candidate", $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"), ("Serving:CandidateTimeout", "00:01:00"));

        var slate = await system.Client.RecommendAsync(
            new RecommendRequest { UserId = SampleLog.User(taste: 0, number: 1) }, deadline: DateTime.UtcNow.AddSeconds(8));

        slate.Degraded.ShouldBeTrue();
        slate.Items.Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_deadline_that_has_passed_is_kept()
    {
        await using var system = await ServingSystem.StartAsync(Log);

        var refused = await Should.ThrowAsync<RpcException>(async () =>
            await system.Client.RecommendAsync(new RecommendRequest { UserId = "u" }, deadline: DateTime.UtcNow));

        refused.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task A_caller_who_goes_away_is_no_reason_to_call_the_candidate_service_broken()
    {
        await using var system = await ServingSystem.StartAsync(Log, ("Serving:BreakerMinimumCalls", "2"), ("Serving:BreakerPause", "00:05:00"));
        for (var i = 0; i < 20; i++)
        {
            using var caller = new CancellationTokenSource();
            using var call = system.Client.RecommendAsync(new RecommendRequest { UserId = $"u{i}" }, cancellationToken: caller.Token);
            await Task.Yield();
            await caller.CancelAsync();
            try
            {
                await call;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled)
            {
                // As meant; a fast answer is fine, too.
            }
        }

        (await system.RecommendAsync("u")).Degraded.ShouldBeFalse();
    }
}
