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

    private static int Answers(Dictionary<string, int> answered, string version)
    {
        lock (answered)
        {
            return answered[version];
        }
    }
}
