using RecSys.Data;
using RecSys.Data.Models;
using RecSys.Hosting.Startup;
using RecSys.Ranker.Models;

namespace RecSys.Ranker.Startup;

/// <summary>Loads the active model version before the first request. That there is none yet is no reason to wait.</summary>
internal sealed class ActiveModelTask(DatabaseMigrator database, ModelFollower<RankerModel> follower) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "active model";

    /// <inheritdoc/>
    public string WaitsFor => database.DescribeTarget();

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await database.MigrateAsync(cancellationToken);
        await follower.RefreshAsync(cancellationToken);
    }
}
