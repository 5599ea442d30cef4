using RecSys.Data;
using RecSys.Data.Models;
using RecSys.Hosting.Startup;
using RecSys.Serving.Catalogue;
using RecSys.Serving.Models;

namespace RecSys.Serving.Startup;

/// <summary>Loads the active model version and the tracks' names before the first request. That there is no version yet is no reason to wait.</summary>
internal sealed class ActiveModelTask(
    DatabaseMigrator database, ModelFollower<ServingModel> follower, TrackCatalogue catalogue, ILogger<ActiveModelTask> logger) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "active model and catalogue";

    /// <inheritdoc/>
    public string WaitsFor => database.DescribeTarget();

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await database.MigrateAsync(cancellationToken);
        await follower.RefreshAsync(cancellationToken);
        await catalogue.LoadAsync(cancellationToken);
        ServingLog.CatalogueLoaded(logger, catalogue.Count);
    }
}
