using RecSys.Data;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Errors;

namespace RecSys.Candidate.Models;

/// <summary>The active version, or the error that tells the caller why there is none.</summary>
internal sealed class LoadedModels(ModelFollower<CandidateModel> follower)
{
    /// <summary>The version in use, to be taken once for each request.</summary>
    /// <exception cref="RecSysException">FAILED_PRECONDITION: no model has been trained; UNAVAILABLE: whether one has can't be read.</exception>
    public ValueTask<CandidateModel> RequireAsync(CancellationToken cancellationToken) =>
        follower.Current is { } current ? new(current) : new(LookAsync(cancellationToken));

    // The first version may have been published a moment ago, and a wrong "train first" would mislead.
    private async Task<CandidateModel> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await follower.RefreshAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException exception)
        {
            throw RecSysException.Unavailable(
                "DATABASE_UNAVAILABLE", "The database can't be reached, so no model can be loaded. Call again.", TimeSpan.FromSeconds(1), exception);
        }

        return follower.Current ?? throw RecSysException.FailedPrecondition(
            "NO_MODEL", "No model has been trained yet. Run `recsys train` or call TrainerService.TrainModel.");
    }
}
