using Microsoft.Extensions.DependencyInjection;
using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;
using RecSys.Data.Models;
using RecSys.Hosting.ActiveModels;
using RecSys.TestKit;
using RecSys.TestKit.Models;
using static RecSys.Candidate.Tests.CandidateHost;

namespace RecSys.Candidate.Tests.Models;

public sealed class ActiveModelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly SampleLog First = new("first-");
    private static readonly SampleLog Second = new("second-", seed: 2);

    [Fact]
    public async Task A_switch_fails_no_request_and_mixes_no_answer()
    {
        await using var candidate = await StartAsync(First);
        using var stop = new CancellationTokenSource(Patience);
        var answered = new Dictionary<string, int> { ["v1"] = 0, ["v2"] = 0 };
        var callers = Enumerable.Range(0, 4).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; !stop.IsCancellationRequested; call++)
            {
                var answer = await candidate.Client.GetCandidatesAsync(
                    new GetCandidatesRequest { UserId = SampleLog.User(taste: caller, number: call % 20), CandidateCount = 20 });
                var prefix = answer.ModelVersion == "v1" ? "first-" : "second-";
                answer.Candidates.Count.ShouldBe(20);
                answer.Candidates.ShouldAllBe(track => track.TrackId.StartsWith(prefix));
                lock (answered)
                {
                    answered[answer.ModelVersion]++;
                }
            }
        })).ToArray();

        await Wait.UntilAsync(() => Answers(answered, "v1") > 50, Patience, "answers of the first version");
        await candidate.Database.WriteModelAsync("v2", Second);
        await candidate.Host.Services.GetRequiredService<ModelFollower<CandidateModel>>().NoticeAsync(CancellationToken.None);
        await Wait.UntilAsync(() => Answers(answered, "v2") > 50, Patience, "answers of the second version");
        await stop.CancelAsync();

        await Task.WhenAll(callers);
    }

    [Fact]
    public async Task A_version_that_nobody_told_of_is_found_by_looking()
    {
        await using var candidate = await StartAsync(First, ("Candidate:ModelPollInterval", "00:00:01"));
        await candidate.Database.WriteModelAsync("v2", Second);

        await Wait.UntilAsync(async () => await VersionAsync(candidate) == "v2", Patience, "the new version");
    }

    [Fact]
    public async Task A_rollback_is_followed_as_well()
    {
        await using var candidate = await StartAsync(First, ("Candidate:ModelPollInterval", "00:00:01"));
        await candidate.Database.WriteModelAsync("v2", Second);
        await Wait.UntilAsync(async () => await VersionAsync(candidate) == "v2", Patience, "the new version");

        await candidate.Database.Models.RollbackAsync(CancellationToken.None);

        await Wait.UntilAsync(async () => await VersionAsync(candidate) == "v1", Patience, "the version before");
    }

    [Fact]
    public async Task A_version_that_cannot_be_loaded_leaves_the_one_in_use()
    {
        await using var candidate = await StartAsync(First, ("Logging:LogLevel:Default", "None"));
        var follower = candidate.Host.Services.GetRequiredService<ModelFollower<CandidateModel>>();
        await candidate.Database.Models.BeginAsync("broken", new Dictionary<string, string>(), CancellationToken.None);
        await candidate.Database.Models.FinishAsync(
            "broken", new ModelResult(new Dictionary<string, double>(), 0, 0, 0, TimeSpan.Zero), CancellationToken.None);
        await candidate.Database.Models.ActivateAsync("broken", CancellationToken.None);

        var error = await Should.ThrowAsync<InvalidDataException>(() => follower.RefreshAsync(CancellationToken.None));
        var version = await VersionAsync(candidate);
        await follower.NoticeAsync(CancellationToken.None);
        await candidate.Database.WriteModelAsync("v3", Second);

        error.Message.ShouldContain("broken");
        version.ShouldBe("v1");
        await Wait.UntilAsync(async () => await VersionAsync(candidate) == "v3", Patience, "the next version, found by trying again");
    }

    [Fact]
    public async Task The_version_before_is_kept_for_a_rollback_which_reads_nothing()
    {
        await using var candidate = await StartAsync(First);
        var follower = candidate.Host.Services.GetRequiredService<ModelFollower<CandidateModel>>();
        var first = follower.Current;
        await candidate.Database.WriteModelAsync("v2", Second);
        await follower.RefreshAsync(CancellationToken.None);
        var second = follower.Current.ShouldNotBeNull();

        await candidate.Database.Models.RollbackAsync(CancellationToken.None);
        await follower.RefreshAsync(CancellationToken.None);

        second.Version.ShouldBe("v2");
        follower.Current.ShouldBeSameAs(first);
        follower.Find("v2").ShouldBeSameAs(second, "and so is a rollback of the rollback");
    }

    [Fact]
    public async Task A_version_that_was_replaced_twice_is_let_go_of()
    {
        await using var candidate = await StartAsync(First);
        var follower = candidate.Host.Services.GetRequiredService<ModelFollower<CandidateModel>>();
        var old = Reference(follower);

        foreach (var version in new[] { "v2", "v3" })
        {
            await candidate.Database.WriteModelAsync(version, Second);
            await follower.RefreshAsync(CancellationToken.None);
        }

        await Wait.UntilAsync(
            () =>
            {
                GC.Collect();
                return !old.TryGetTarget(out _);
            },
            Patience,
            "the first version to be collected");
    }

    // A method of its own: a local variable would keep the model alive.
    private static WeakReference<CandidateModel> Reference(ModelFollower<CandidateModel> follower) => new(follower.Current!);

    private static int Answers(Dictionary<string, int> answered, string version)
    {
        lock (answered)
        {
            return answered[version];
        }
    }

    private static async Task<string> VersionAsync(CandidateHost candidate) =>
        (await candidate.Client.GetCandidatesAsync(new GetCandidatesRequest { UserId = "anybody" })).ModelVersion;
}
