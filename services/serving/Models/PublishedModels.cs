using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Errors;
using RecSys.Serving.Downstream;

namespace RecSys.Serving.Models;

/// <summary>The active version as serving knows it.</summary>
internal sealed class PublishedModels(ModelFollower<PopularList> follower, DatabaseCalls database)
{
    /// <summary>A version that is held, the active one or the one before; null when it is neither.</summary>
    public PopularList? Find(string version) => follower.Find(version);

    /// <summary>The active version.</summary>
    /// <exception cref="RecSysException">FAILED_PRECONDITION: no model has been trained; UNAVAILABLE: whether one has can't be read.</exception>
    public async Task<PopularList> RequireAsync(CallBudget budget, CancellationToken cancellationToken)
    {
        if (follower.Current is { } current)
        {
            return current;
        }

        // The first version may have been published a moment ago, and a wrong "train first" would mislead.
        var refreshed = await database.TryAsync(
            async token =>
            {
                await follower.RefreshAsync(token);
                return follower;
            },
            budget,
            cancellationToken);
        if (!refreshed.IsThere)
        {
            throw RecSysException.Unavailable(
                "DATABASE_UNAVAILABLE", "The database can't be reached, so no model can be loaded. Call again.", TimeSpan.FromSeconds(1));
        }

        return follower.Current ?? throw RecSysException.FailedPrecondition(
            "NO_MODEL", "No model has been trained yet. Run `recsys train` or call TrainerService.TrainModel.");
    }
}
