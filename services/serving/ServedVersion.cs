using Microsoft.Extensions.Options;
using RecSys.Data.Models;
using RecSys.Hosting.ActiveModels;

namespace RecSys.Serving;

/// <summary>What serving itself holds of a model version: the tracks with the most listeners. The rest is asked for when it is needed.</summary>
/// <param name="version">Its id.</param>
/// <param name="popular">Best first.</param>
internal sealed class ServedVersion(string version, IReadOnlyList<PopularTrackRow> popular)
{
    private readonly Dictionary<string, long> _listeners = popular.ToDictionary(
        track => track.TrackId, track => track.ListenerCount, StringComparer.Ordinal);

    public string Version => version;

    public IReadOnlyList<PopularTrackRow> Popular => popular;

    /// <summary>How many listeners a track has; 0 when it is not among the popular ones.</summary>
    public long ListenersOf(string trackId) => _listeners.GetValueOrDefault(trackId);
}

/// <summary>Reads it.</summary>
internal sealed class ServedVersionLoader(ModelStore store, IOptions<ServingOptions> options, ILogger<ServedVersionLoader> logger)
    : IModelLoader<ServedVersion>
{
    /// <inheritdoc/>
    public async Task<ServedVersion> LoadAsync(ModelVersionRow version, CancellationToken cancellationToken)
    {
        var popular = await store.ReadPopularAsync(version.Version, options.Value.PopularTracks, cancellationToken);
        ServingLog.ModelLoaded(logger, version.Version, popular.Count);
        return new ServedVersion(version.Version, popular);
    }
}
