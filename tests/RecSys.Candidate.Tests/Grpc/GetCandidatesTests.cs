using Google.Rpc;
using Grpc.Core;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Hosting.Errors;
using RecSys.TestKit.Models;
using static RecSys.Candidate.Tests.CandidateHost;

namespace RecSys.Candidate.Tests.Grpc;

public sealed class GetCandidatesTests
{
    private static readonly SampleLog Log = new();

    [Fact]
    public async Task A_known_user_gets_tracks_of_the_own_taste_that_were_not_heard()
    {
        await using var candidate = await StartAsync(Log);
        var user = SampleLog.User(taste: 2, number: 3);

        var answer = await candidate.Client.GetCandidatesAsync(
            new GetCandidatesRequest { UserId = user, CandidateCount = 5, Sources = { CandidateSource.Als } });

        answer.ModelVersion.ShouldBe("v1");
        answer.KnownUser.ShouldBeTrue();
        answer.FactorsFromHistory.ShouldBeFalse();
        answer.Candidates.Count.ShouldBe(5);
        answer.Candidates.ShouldAllBe(track => Log.TasteOf(track.TrackId) == 2);
        answer.Candidates.Select(track => track.TrackId).ShouldNotContain(track => Log.HeardBy(user).Contains(track));
        answer.Candidates.Select(track => track.Sources.Single().Rank).ShouldBe([1, 2, 3, 4, 5]);
        answer.Candidates.Select(track => track.Sources.Single().Score).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public async Task A_version_that_is_not_held_is_refused_by_name()
    {
        await using var candidate = await StartAsync(Log);

        var named = await candidate.Client.GetCandidatesAsync(new GetCandidatesRequest { UserId = "u", ModelVersion = "v1" });
        var error = await Should.ThrowAsync<RpcException>(async () =>
            await candidate.Client.GetCandidatesAsync(new GetCandidatesRequest { UserId = "u", ModelVersion = "v0" }));

        (named.ModelVersion, named.PreviousModelVersion).ShouldBe(("v1", ""));
        error.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        error.Status.Detail.ShouldContain("Model version v0 is not loaded here");
    }

    [Fact]
    public async Task Every_source_answers_and_each_track_is_there_once()
    {
        await using var candidate = await StartAsync(Log);
        var user = SampleLog.User(taste: 0, number: 1);
        var heard = Log.HeardBy(user)[0];

        var answer = await candidate.Client.GetCandidatesAsync(
            new GetCandidatesRequest { UserId = user, History = { Listen(heard, DateTimeOffset.UtcNow.AddDays(-30)) } });

        answer.Candidates.Select(track => track.TrackId).ShouldBeUnique();
        answer.Candidates.SelectMany(track => track.Sources).Select(source => source.Source).Distinct().ShouldBe(
            [CandidateSource.Als, CandidateSource.Similar, CandidateSource.Popular], ignoreOrder: true);
        var similar = answer.Candidates.SelectMany(track => track.Sources).Where(source => source.Source == CandidateSource.Similar).ToArray();
        similar.ShouldAllBe(source => source.BecauseTrackId == heard);
        var popular = answer.Candidates.SelectMany(t => t.Sources.Select(s => (t.TrackId, Source: s))).Where(s => s.Source.Source == CandidateSource.Popular);
        popular.ShouldAllBe(hit => hit.Source.Score == Log.ListenersOf(hit.TrackId));
        answer.Candidates.Select(track => track.TrackId).ShouldNotContain(track => Log.HeardBy(user).Contains(track));
    }

    [Fact]
    public async Task Heard_tracks_come_back_only_when_asked_for()
    {
        await using var candidate = await StartAsync(Log);
        var user = SampleLog.User(taste: 1, number: 0);
        var request = new GetCandidatesRequest { UserId = user, CandidateCount = Log.TrackIds.Count };

        var without = await candidate.Client.GetCandidatesAsync(request);
        request.IncludeHeard = true;
        var with = await candidate.Client.GetCandidatesAsync(request);

        without.Candidates.Count.ShouldBe(Log.TrackIds.Count - Log.HeardBy(user).Count);
        with.Candidates.Count.ShouldBe(Log.TrackIds.Count);
    }

    [Fact]
    public async Task Excluded_tracks_never_come_even_when_heard_ones_may()
    {
        await using var candidate = await StartAsync(Log);
        var user = SampleLog.User(taste: 1, number: 0);
        var excluded = Log.HeardBy(user).Take(2).Append(Log.Track(1, 29)).Append("no such track").ToArray();

        var answer = await candidate.Client.GetCandidatesAsync(
            new GetCandidatesRequest { UserId = user, CandidateCount = 1_000, IncludeHeard = true, ExcludedTrackIds = { excluded } });

        answer.Candidates.Select(track => track.TrackId).ShouldNotContain(track => excluded.Contains(track));
        answer.Candidates.Count.ShouldBe(Log.TrackIds.Count - 3);
    }

    [Fact]
    public async Task A_cold_user_gets_popular_tracks()
    {
        await using var candidate = await StartAsync(Log);

        var answer = await candidate.Client.GetCandidatesAsync(new GetCandidatesRequest { UserId = "nobody", CandidateCount = 10 });

        answer.KnownUser.ShouldBeFalse();
        answer.Candidates.Count.ShouldBe(10);
        answer.Candidates.ShouldAllBe(track => track.Sources.Single().Source == CandidateSource.Popular);
        answer.Candidates.Select(track => Log.ListenersOf(track.TrackId)).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public async Task A_user_whom_the_model_does_not_know_is_folded_in_from_the_history()
    {
        await using var candidate = await StartAsync(Log);
        var heard = new[] { Log.Track(3, 0), Log.Track(3, 1), Log.Track(3, 2), "a track that came after the training" };

        var answer = await candidate.Client.GetCandidatesAsync(new GetCandidatesRequest
        {
            UserId = "newcomer",
            CandidateCount = 5,
            Sources = { CandidateSource.Als },
            History = { heard.Select(track => Listen(track)) },
        });

        answer.KnownUser.ShouldBeFalse();
        answer.FactorsFromHistory.ShouldBeTrue();
        answer.Candidates.Count.ShouldBe(5);
        answer.Candidates.ShouldAllBe(track => Log.TasteOf(track.TrackId) == 3 && !heard.Contains(track.TrackId));
    }

    [Fact]
    public async Task New_listens_turn_a_known_users_candidates_to_the_new_taste()
    {
        await using var candidate = await StartAsync(Log);
        var request = new GetCandidatesRequest { UserId = SampleLog.User(taste: 0, number: 2), CandidateCount = 10, Sources = { CandidateSource.Als } };
        var before = await candidate.Client.GetCandidatesAsync(request);

        request.History.Add(Enumerable.Range(0, 12).Select(number => Listen(Log.Track(3, number), plays: 20)));
        var after = await candidate.Client.GetCandidatesAsync(request);

        before.Candidates.ShouldNotContain(track => Log.TasteOf(track.TrackId) == 3);
        after.FactorsFromHistory.ShouldBeTrue();
        after.Candidates.ShouldContain(track => Log.TasteOf(track.TrackId) == 3);
    }

    [Fact]
    public async Task A_history_that_the_model_knows_already_leaves_its_factors_as_they_are()
    {
        await using var candidate = await StartAsync(Log);
        var user = SampleLog.User(taste: 0, number: 2);
        var request = new GetCandidatesRequest { UserId = user, CandidateCount = 20, Sources = { CandidateSource.Als } };
        var without = await candidate.Client.GetCandidatesAsync(request);

        request.History.Add(Log.HeardBy(user).Select(track => Listen(track, DateTimeOffset.UtcNow.AddDays(-1))));
        var with = await candidate.Client.GetCandidatesAsync(request);

        with.FactorsFromHistory.ShouldBeFalse();
        with.Candidates.ShouldBe(without.Candidates);
    }

    [Fact]
    public async Task A_backdated_listen_of_a_new_track_counts()
    {
        await using var candidate = await StartAsync(Log);
        var user = SampleLog.User(taste: 0, number: 2);

        var answer = await candidate.Client.GetCandidatesAsync(new GetCandidatesRequest
        {
            UserId = user,
            History = { Listen(Log.Track(2, 5), new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero)) },
        });

        answer.FactorsFromHistory.ShouldBeTrue();
        answer.Candidates.ShouldNotContain(track => track.TrackId == Log.Track(2, 5));
    }

    [Fact]
    public async Task Who_has_heard_everything_gets_nothing_rather_than_a_repetition()
    {
        await using var candidate = await StartAsync(Log);

        var answer = await candidate.Client.GetCandidatesAsync(
            new GetCandidatesRequest { UserId = "collector", History = { Log.TrackIds.Select(track => Listen(track)) } });

        answer.Candidates.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_model_the_answer_says_what_to_do_and_the_first_version_ends_that()
    {
        await using var candidate = await StartAsync(log: null);
        var request = new GetCandidatesRequest { UserId = "anybody" };

        var refused = await Should.ThrowAsync<RpcException>(async () => await candidate.Client.GetCandidatesAsync(request));
        await candidate.Database.WriteModelAsync("v1", Log);
        var answer = await candidate.Client.GetCandidatesAsync(request);

        refused.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        refused.Status.Detail.ShouldBe("No model has been trained yet. Run `recsys train` or call TrainerService.TrainModel.");
        refused.ReadError()!.Reason.ShouldBe("NO_MODEL");
        answer.ModelVersion.ShouldBe("v1");
    }

    [Fact]
    public async Task Every_bad_field_is_named()
    {
        await using var candidate = await StartAsync(Log);
        var request = new GetCandidatesRequest
        {
            UserId = "",
            CandidateCount = 1_001,
            Sources = { CandidateSource.Als, CandidateSource.Unspecified, (CandidateSource)99 },
            History = { Listen("fine"), new RecentListen { TrackId = "no time" }, Listen("") },
            ExcludedTrackIds = { "fine", "" },
        };

        var refused = await Should.ThrowAsync<RpcException>(async () => await candidate.Client.GetCandidatesAsync(request));

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field).ShouldBe(
            [
                "user_id", "history[1].listen_time", "history[2].track_id", "candidate_count", "sources[1]", "sources[2]",
                "excluded_track_ids[1]",
            ]);
    }

    [Fact]
    public async Task What_the_system_kept_is_never_refused_whatever_its_id_or_count()
    {
        await using var candidate = await StartAsync(Log);
        string[] odd = ["2winz\uFFFD", string.Concat(Enumerable.Repeat("🎧", 300)), "  ", "tab\tin it"];
        var request = new GetCandidatesRequest { UserId = "newcomer", ExcludedTrackIds = { odd } };
        request.History.Add(odd.Append(Log.Track(3, 0)).Select(track => Listen(track, plays: uint.MaxValue)));

        var answer = await candidate.Client.GetCandidatesAsync(request);

        answer.FactorsFromHistory.ShouldBeTrue();
        answer.Candidates.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Limits_of_lists_are_kept()
    {
        await using var candidate = await StartAsync(Log);
        var request = new GetCandidatesRequest { UserId = "u" };
        request.History.Add(Enumerable.Repeat(Listen("t"), 1_001));
        request.ExcludedTrackIds.Add(Enumerable.Repeat("t", 10_001));

        var refused = await Should.ThrowAsync<RpcException>(async () => await candidate.Client.GetCandidatesAsync(request));

        refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field)
            .ShouldBe(["history", "excluded_track_ids"]);
    }

    [Fact]
    public async Task A_deadline_that_has_passed_is_kept()
    {
        await using var candidate = await StartAsync(Log);

        var refused = await Should.ThrowAsync<RpcException>(async () => await candidate.Client.GetCandidatesAsync(
            new GetCandidatesRequest { UserId = "u" }, deadline: DateTime.UtcNow));

        refused.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
    }
}
