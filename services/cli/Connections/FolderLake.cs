using Microsoft.Extensions.DependencyInjection;
using RecSys.Data;
using RecSys.Data.Segments;
using RecSys.Lake;

namespace RecSys.Cli.Connections;

/// <summary>The lake of a data folder, and the database that has its catalogue, for commands that open both themselves.</summary>
internal sealed class FolderLake : IAsyncDisposable
{
    private readonly ServiceProvider? _services;

    private FolderLake(ListenLake lake, ServiceProvider? services) => (Lake, _services) = (lake, services);

    public ListenLake Lake { get; }

    /// <summary>The stores of the database; null when there is none, so that nothing was ever added to the lake.</summary>
    public IServiceProvider? Stores => _services;

    public static async Task<FolderLake> OpenAsync(DirectoryInfo dataFolder, FolderSettings settings, CancellationToken cancellationToken)
    {
        // Somebody who only looks must not find a new folder afterwards.
        if (!dataFolder.Exists && settings.DatabaseIsInDataFolder)
        {
            return new FolderLake(ListenLake.Open(settings.Lake, settings.S3, new MemorySegmentCatalogue()), null);
        }

        var services = new ServiceCollection().AddLogging().AddRecSysData(settings.Configuration).BuildServiceProvider();
        try
        {
            await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(cancellationToken);
            return new FolderLake(ListenLake.Open(settings.Lake, settings.S3, services.GetRequiredService<ISegmentCatalogue>()), services);
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Lake.Dispose();
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }
    }
}
