using RecSys.Data;
using RecSys.Hosting.Startup;
using RecSys.Serving.Catalogue;

namespace RecSys.Serving.Startup;

/// <summary>Loads the tracks' names before the first request.</summary>
internal sealed class CatalogueTask(DatabaseMigrator database, TrackCatalogue catalogue, ILogger<CatalogueTask> logger) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "catalogue";

    /// <inheritdoc/>
    public string WaitsFor => database.DescribeTarget();

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await catalogue.LoadAsync(cancellationToken);
        ServingLog.CatalogueLoaded(logger, catalogue.Count);
    }
}
