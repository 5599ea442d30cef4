using RecSys.Hosting.Startup;
using RecSys.Lake;

namespace RecSys.Ingest.Startup;

/// <summary>Makes sure that the lake can be written before a listen is taken that belongs there.</summary>
internal sealed class LakeFolderTask(ListenLake lake) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "lake";

    /// <inheritdoc/>
    public string WaitsFor => $"write access to {lake.Location}";

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => lake.CheckAccessAsync(cancellationToken);
}
