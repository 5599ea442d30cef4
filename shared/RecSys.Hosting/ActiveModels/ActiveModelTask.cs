using RecSys.Data;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.ActiveModels;

/// <summary>Loads the active model version before the first request. That there is none yet is no reason to wait.</summary>
internal sealed class ActiveModelTask<TModel>(DatabaseMigrator database, ModelFollower<TModel> follower) : IStartupTask
    where TModel : class
{
    /// <inheritdoc/>
    public string Name => "active model";

    /// <inheritdoc/>
    public string WaitsFor => database.DescribeTarget();

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => follower.RefreshAsync(cancellationToken);
}
