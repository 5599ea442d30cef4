using Microsoft.Extensions.DependencyInjection;
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

    public static async Task<FolderLake> OpenAsync(FolderSettings settings, CancellationToken cancellationToken)
    {
        // Somebody who only looks must not find a new folder afterwards.
        var services = settings.HasDatabase ? await settings.OpenStoresAsync(cancellationToken) : null;
        return new FolderLake(
            ListenLake.Open(settings.Lake, settings.S3, services?.GetRequiredService<ISegmentCatalogue>() ?? new MemorySegmentCatalogue()), services);
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
