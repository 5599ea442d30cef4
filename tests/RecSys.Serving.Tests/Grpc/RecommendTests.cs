using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Errors;
using RecSys.TestKit.Hosts;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Grpc;

public sealed class RecommendTests
{
    private static readonly SampleLog Log = new();

    [Fact]
    public async Task A_known_user_gets_ten_new_tracks_of_the_own_taste_with_names_sources_and_reasons()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var user = SampleLog.User(taste: 1, number: 2);

        var slate = await system.RecommendAsync(user);

        slate.UserId.ShouldBe(user);
        slate.ModelVersion.ShouldBe("v1");
        slate.Degraded.ShouldBeFalse(string.Join("; ", slate.Degradations));
        slate.Degradations.ShouldBeEmpty();
        slate.Items.Count.ShouldBe(10);
        slate.Items.Select(item => item.Track.TrackId).ShouldBeUnique();
        slate.Items.Select(item => item.Track.TrackId).ShouldNotContain(track => Log.HeardBy(user).Contains(track));
        slate.Items.Count(item => Log.TasteOf(item.Track.TrackId) == 1).ShouldBeGreaterThan(5);
        slate.Items.ShouldAllBe(item => item.Track.Title.Length > 0 && item.Track.Artist.Length > 0 && item.Track.Genres.Count == 1);
        slate.Items.ShouldAllBe(item => item.Reason.Length > 0 && item.Sources.Count > 0);
        slate.Items.Select(item => item.Score).ShouldBeInOrder(SortDirection.Descending);
        slate.Items[0].Sources[0].ShouldBe(CandidateSource.Als);
        slate.Items[0].Reason.ShouldBe("Listeners with your taste play this");
    }

    [Fact]
    public async Task Tracks_whose_ids_no_request_may_name_degrade_nobody()
    {
        // As they were imported before there was one rule for ids.
        var log = new SampleLog(prefix: string.Concat(Enumerable.Repeat("🎧", 300)) + "\t\uFFFD");
        await using var system = await ServingSystem.StartAsync(log);
        await system.Database.Histories.AddAsync([new RecentListenRow("newcomer", log.Track(3, 0), DateTimeOffset.UtcNow)], CancellationToken.None);

        foreach (var user in new[] { SampleLog.User(taste: 1, number: 2), "newcomer", "never seen" })
        {
            var slate = await system.RecommendAsync(user);

            slate.Degradations.ShouldBeEmpty();
            slate.Items.Count.ShouldBe(10);
        }
    }

    [Fact]
    public async Task Unknown_user_gets_popular_tracks_with_a_reason()
    {
        await using var system = await ServingSystem.StartAsync(Log);

        var slate = await system.RecommendAsync("never seen");

        slate.Degraded.ShouldBeFalse();
        slate.Items.Count.ShouldBe(10);
        slate.Items.ShouldAllBe(item => item.Sources.Single() == CandidateSource.Popular);
        slate.Items.ShouldAllBe(item => item.Reason == $"Popular: {Log.ListenersOf(item.Track.TrackId)} listeners");
    }

    [Fact]
    public async Task A_stored_history_of_a_user_whom_the_model_does_not_know_gives_the_taste_and_the_reasons()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var heard = Enumerable.Range(0, 4).Select(number => Log.Track(3, number)).ToArray();
        await system.Database.Histories.AddAsync(
            [.. heard.Select((track, place) => new RecentListenRow("newcomer", track, DateTimeOffset.UtcNow.AddMinutes(-place)))], CancellationToken.None);

        var slate = await system.RecommendAsync("newcomer");

        slate.Items.ShouldAllBe(item => !heard.Contains(item.Track.TrackId));
        slate.Items.Count(item => Log.TasteOf(item.Track.TrackId) == 3).ShouldBeGreaterThan(5);
        slate.Items.ShouldContain(item => item.Reason.Contains("Folk Song") && item.Reason.Contains(" by Folk Artist 0"));
    }

    [Fact]
    public async Task Heard_tracks_are_allowed_when_asked_for_and_excluded_ones_never()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var user = SampleLog.User(taste: 1, number: 2);
        var excluded = Log.HeardBy(user)[0];

        var slate = await system.Client.RecommendAsync(
            new RecommendRequest { UserId = user, SlateSize = 100, IncludeHeard = true, ExcludedTrackIds = { excluded } });

        slate.Items.Count.ShouldBe(100);
        slate.Items.ShouldContain(item => Log.HeardBy(user).Contains(item.Track.TrackId));
        slate.Items.ShouldNotContain(item => item.Track.TrackId == excluded);
    }

    [Fact]
    public async Task What_the_candidate_service_brings_although_it_may_not_is_left_out()
    {
        var user = SampleLog.User(taste: 1, number: 2);
        var (heard, excluded, fresh) = (Log.Track(1, 0), Log.Track(1, 1), Log.Track(1, 2));
        await using var careless = await ServiceHost.StartAsync(
            "candidate", _ => { }, app => app.MapGrpcService<CarelessCandidates>(), []);
        await using var system = await ServingSystem.StartAsync(Log, ("Services:Candidate", careless.GrpcAddress.ToString()));
        await system.PublishAsync(ServingSystem.Listen(user, heard));

        var slate = await system.Client.RecommendAsync(new RecommendRequest { UserId = user, ExcludedTrackIds = { excluded } });

        slate.Degradations.ShouldBeEmpty();
        slate.Items.Select(item => item.Track.TrackId).ShouldBe([fresh]);
    }

    [Fact]
    public async Task A_slate_is_never_empty_while_one_track_is_allowed()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var user = SampleLog.User(taste: 1, number: 2);
        var last = Log.TrackIds.Last(track => !Log.HeardBy(user).Contains(track));

        var slate = await system.Client.RecommendAsync(
            new RecommendRequest { UserId = user, ExcludedTrackIds = { Log.TrackIds.Where(track => track != last) } });

        slate.Items.Single().Track.TrackId.ShouldBe(last);
        slate.Items.Single().Reason.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task No_artist_fills_a_slate()
    {
        await using var system = await ServingSystem.StartAsync(Log, ("Serving:MaxTracksPerArtist", "1"));

        var slate = await system.RecommendAsync("never seen", slateSize: 5);

        slate.Items.Select(item => item.Track.Artist).ShouldBeUnique();
    }

    [Fact]
    public async Task A_track_without_a_catalogue_entry_is_recommended_by_its_id_until_it_gets_one()
    {
        await using var system = await ServingSystem.StartAsync(log: null, ("Serving:UnknownTrackLifetime", "00:00:00"));
        await system.Database.WriteModelAsync("v1", Log);

        var before = await system.RecommendAsync("never seen");
        var track = before.Items[0].Track.TrackId;
        await system.Database.Tracks.PutAsync([new TrackRow(track, "A Name at Last", "Somebody", "", [])], CancellationToken.None);
        var after = await system.RecommendAsync("never seen");

        before.Items[0].Track.Title.ShouldBeEmpty();
        before.Degraded.ShouldBeFalse();
        after.Items.Single(item => item.Track.TrackId == track).Track.Title.ShouldBe("A Name at Last");
    }

    [Fact]
    public async Task Without_a_model_the_answer_says_what_to_do_and_the_first_version_ends_that()
    {
        await using var system = await ServingSystem.StartAsync(log: null);

        var refused = await Should.ThrowAsync<RpcException>(() => system.RecommendAsync("anybody"));
        await system.Database.WriteModelAsync("v1", Log);
        var slate = await system.RecommendAsync("anybody");

        refused.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        refused.Status.Detail.ShouldBe("No model has been trained yet. Run `recsys train` or call TrainerService.TrainModel.");
        refused.ReadError()!.Reason.ShouldBe("NO_MODEL");
        slate.ModelVersion.ShouldBe("v1");
        slate.Items.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Every_bad_field_is_named()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var request = new RecommendRequest { UserId = "a\0b", SlateSize = 101, ExcludedTrackIds = { "fine", "", new string('x', 257) } };

        var refused = await Should.ThrowAsync<RpcException>(async () => await system.Client.RecommendAsync(request));

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field)
            .ShouldBe(["user_id", "slate_size", "excluded_track_ids[1]", "excluded_track_ids[2]"]);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(1, 10_001)]
    public async Task Limits_are_kept(int slateSize, int excluded)
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var request = new RecommendRequest { UserId = "u", SlateSize = slateSize };
        request.ExcludedTrackIds.Add(Enumerable.Repeat("t", excluded));

        (await Should.ThrowAsync<RpcException>(async () => await system.Client.RecommendAsync(request))).StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task Ten_thousand_exclusions_are_taken()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var request = new RecommendRequest { UserId = "u", SlateSize = 1 };
        request.ExcludedTrackIds.Add(Enumerable.Range(0, 10_000).Select(number => $"some-other-track-{number}"));

        (await system.Client.RecommendAsync(request)).Items.Count.ShouldBe(1);
    }

    /// <summary>Brings the same three tracks whatever it was told.</summary>
    private sealed class CarelessCandidates : CandidateService.CandidateServiceBase
    {
        public override Task<GetCandidatesResponse> GetCandidates(GetCandidatesRequest request, ServerCallContext context)
        {
            var response = new GetCandidatesResponse { ModelVersion = "v1" };
            for (var number = 0; number < 3; number++)
            {
                response.Candidates.Add(new CandidateTrack
                {
                    TrackId = Log.Track(1, number),
                    Sources = { new SourceScore { Source = CandidateSource.Als, Rank = number + 1, Score = 1 } },
                });
            }

            return Task.FromResult(response);
        }
    }
}
