using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Startup;

namespace RecSys.Serving.Slates;

/// <summary>
/// Makes slates for a made-up user until one is whole: opens the connections to candidate and ranker, and has the code compiled
/// here and there. The first real calls would exceed their time limits instead. Where candidate or ranker is away, serving is
/// ready without them.
/// </summary>
internal sealed class SlateWarmUp(SlateComposer slates, ModelFollower<ServedVersion> follower, TimeProvider time) : IWarmUp
{
    private const int MostSlates = 4;

    private static readonly SlateRequest Request = new("warm-up", 10, IncludeHeard: false, []);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var slate = 0; slate < MostSlates && follower.Current is not null; slate++)
        {
            var answer = await slates.ComposeAsync(Request, new CallBudget(time.GetUtcNow() + Patience, time), cancellationToken);
            if (!answer.Degraded)
            {
                return;
            }
        }
    }
}
