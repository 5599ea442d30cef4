using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecSys.Analytics.Listens;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Data;
using RecSys.Data.Artifacts;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Data.Models;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Cli.Imports;

/// <summary>
/// The stores that a bulk import fills directly: the lake and the database of a data folder, or of RECSYS__LAKE__… and
/// RECSYS__DATABASE__… where these are set. A system that runs on them sees what was imported.
/// </summary>
internal sealed class ImportTarget : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private ImportTarget(ServiceProvider services, ListenLake lake, S3Options s3)
    {
        _services = services;
        Queries = new LakeQueries(lake);
        S3 = s3;
    }

    public ListenLake Lake => Queries.Lake;

    /// <summary>The lake's engine.</summary>
    public LakeQueries Queries { get; }

    /// <summary>How buckets are reached.</summary>
    public S3Options S3 { get; }

    public TrackStore Tracks => _services.GetRequiredService<TrackStore>();

    public ModelStore Models => _services.GetRequiredService<ModelStore>();

    public ArtifactStore Artifacts => _services.GetRequiredService<ArtifactStore>();

    public ArtifactEraser ArtifactEraser => _services.GetRequiredService<ArtifactEraser>();

    public DeletedUserStore DeletedUsers => _services.GetRequiredService<DeletedUserStore>();

    public TrainerLock TrainerLock => _services.GetRequiredService<TrainerLock>();

    public ListenHistoryStore Histories => _services.GetRequiredService<ListenHistoryStore>();

    /// <summary>Listens of a user that the histories keep.</summary>
    public int RecentListensPerUser => _services.GetRequiredService<IOptions<DatabaseOptions>>().Value.RecentListensPerUser;

    /// <summary>The stores of a data folder that is there.</summary>
    /// <exception cref="UsageException">It isn't.</exception>
    public static async Task<ImportTarget> OpenExistingAsync(DirectoryInfo dataFolder, CancellationToken cancellationToken)
    {
        var settings = new FolderSettings(dataFolder);
        return Open(settings, await settings.OpenExistingStoresAsync(cancellationToken));
    }

    public static async Task<ImportTarget> OpenAsync(DirectoryInfo dataFolder, CancellationToken cancellationToken)
    {
        var settings = new FolderSettings(dataFolder);
        return Open(settings, await settings.OpenStoresAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Queries.Dispose();
        Lake.Dispose();
        await _services.DisposeAsync();
    }

    private static ImportTarget Open(FolderSettings settings, ServiceProvider services) => new(
        services, ListenLake.Open(settings.Lake, settings.S3, services.GetRequiredService<ISegmentCatalogue>()), settings.S3);
}
