using RecSys.Hosting.Startup;
using RecSys.Lake;

namespace RecSys.Ingest.Startup;

/// <summary>Makes sure that the lake's folder can be written before a listen is taken that belongs there.</summary>
internal sealed class LakeFolderTask(ListenLake lake) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "lake folder";

    /// <inheritdoc/>
    public string WaitsFor => $"write access to {lake.RootFolder}";

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(lake.RootFolder);
        var probe = Path.Combine(lake.RootFolder, $".probe-{Guid.NewGuid():N}");
        using (File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose))
        {
        }

        return Task.CompletedTask;
    }
}
