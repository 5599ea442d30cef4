using RecSys.Contracts.Candidate.V1;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Resilience;

public sealed class SwitchTests
{
    private static readonly SampleLog First = new("first-");
    private static readonly SampleLog Second = new("second-", seed: 2);

    [Fact]
    public async Task A_published_version_is_taken_up_while_requests_run_and_none_fails_or_is_mixed()
    {
        await using var system = await ServingSystem.StartAsync(First);
        await system.Database.Tracks.PutAsync([.. Second.Catalogue()], CancellationToken.None);
        using var stop = new CancellationTokenSource(ServingSystem.Patience);
        var answered = new Dictionary<string, int> { ["v1"] = 0, ["v2"] = 0 };
        var callers = Enumerable.Range(0, 4).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; !stop.IsCancellationRequested; call++)
            {
                var slate = await system.RecommendAsync(SampleLog.User(taste: caller, number: call % 20));
                var prefix = slate.ModelVersion == "v1" ? "first-" : "second-";
                slate.Degraded.ShouldBeFalse(string.Join("; ", slate.Degradations));
                slate.Items.Count.ShouldBe(10);
                slate.Items.ShouldAllBe(item => item.Track.TrackId.StartsWith(prefix) && item.Track.Title.Length > 0);
                lock (answered)
                {
                    answered[slate.ModelVersion]++;
                }
            }
        })).ToArray();

        await Wait.UntilAsync(() => Answers(answered, "v1") > 20, ServingSystem.Patience, "answers of the first version");
        await system.Database.WriteModelAsync("v2", Second);
        await system.AnnounceAsync("v2");
        await Wait.UntilAsync(() => Answers(answered, "v2") > 20, ServingSystem.Patience, "answers of the second version");
        await stop.CancelAsync();

        await Task.WhenAll(callers);
    }

    [Fact]
    public async Task Until_the_ranker_has_loaded_the_new_version_whole_slates_come_from_the_one_before()
    {
        await using var system = await ServingSystem.StartAsync(First);
        await system.Database.Tracks.PutAsync([.. Second.Catalogue()], CancellationToken.None);
        await system.Database.WriteModelAsync("v2", Second);
        await system.AnnounceAsync("v2", toRanker: false);
        var user = SampleLog.User(taste: 1, number: 2);
        await Wait.UntilAsync(
            async () => (await system.CandidateClient.GetCandidatesAsync(new GetCandidatesRequest { UserId = user })).ModelVersion == "v2",
            ServingSystem.Patience,
            "the new version in the candidate service");

        var before = await system.RecommendAsync(user);
        await system.AnnounceAsync("v2");
        var after = await system.RecommendUntilAsync(user, slate => slate.ModelVersion == "v2", "a slate of the new version");

        (before.ModelVersion, before.Degraded, before.Items.Count).ShouldBe(("v1", false, 10));
        before.Items.ShouldAllBe(item => item.Track.TrackId.StartsWith("first-"));
        (after.Degraded, after.Items.Count).ShouldBe((false, 10));
        after.Items.ShouldAllBe(item => item.Track.TrackId.StartsWith("second-"));
    }

    private static int Answers(Dictionary<string, int> answered, string version)
    {
        lock (answered)
        {
            return answered[version];
        }
    }
}
