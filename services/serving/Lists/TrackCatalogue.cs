using BitFaster.Caching.Lru;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Common.V1;
using RecSys.Data;
using RecSys.Data.Histories;
using RecSys.Hosting.Startup;

namespace RecSys.Serving.Lists;

/// <summary>
/// The tracks' names, in memory as far as they fit. What is not there, or has been there for long, is read from the
/// database in one go for each answer; when the database is away the names that are in memory stand.
/// </summary>
internal sealed class TrackCatalogue(TrackStore store, Downstream downstream, IOptions<ServingOptions> options, TimeProvider time)
{
    private readonly ConcurrentLru<string, CatalogueEntry> _entries = new(
        Environment.ProcessorCount, options.Value.CatalogueCacheTracks, StringComparer.Ordinal);

    public int Count => _entries.Count;

    /// <summary>Fills the memory from the database.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var readAt = time.GetUtcNow();
        var left = options.Value.CatalogueCacheTracks;
        await foreach (var track in store.ReadAllAsync(cancellationToken))
        {
            if (left-- == 0)
            {
                return;
            }

            Remember(track, readAt);
        }
    }

    /// <summary>The entries of the given tracks, for one answer.</summary>
    public async Task<NamedTracks> GetAsync(IEnumerable<string> trackIds, CallBudget budget, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var tracks = new Dictionary<string, Track>(StringComparer.Ordinal);
        var wanted = new List<string>();
        var lacking = 0;
        foreach (var trackId in trackIds)
        {
            if (tracks.ContainsKey(trackId))
            {
                continue;
            }

            var isThere = _entries.TryGet(trackId, out var entry);
            tracks.Add(trackId, isThere ? entry!.Track : new Track { TrackId = trackId });
            if (!isThere || now - entry!.ReadAt >= LifetimeOf(entry))
            {
                wanted.Add(trackId);
                lacking += isThere && entry!.IsKnown ? 0 : 1;
            }
        }

        if (wanted.Count == 0)
        {
            return new NamedTracks(tracks, missing: null);
        }

        var answer = await downstream.Database.TryAsync(token => store.GetAsync(wanted, token), budget, cancellationToken);
        if (!answer.IsThere)
        {
            return new NamedTracks(tracks, lacking > 0 ? answer.Cause : null);
        }

        foreach (var trackId in wanted)
        {
            tracks[trackId] = answer.Value.TryGetValue(trackId, out var found) ? Remember(found, now) : RememberUnknown(trackId, now);
        }

        return new NamedTracks(tracks, missing: null);
    }

    private TimeSpan LifetimeOf(CatalogueEntry entry) =>
        entry.IsKnown ? options.Value.CatalogueLifetime : options.Value.UnknownTrackLifetime;

    private Track Remember(TrackRow record, DateTimeOffset readAt)
    {
        var track = new Track
        {
            TrackId = record.TrackId,
            Title = record.Title,
            Artist = record.Artist,
            Album = record.Album,
            Genres = { record.Genres },
            Duration = record.Duration is { } duration ? Duration.FromTimeSpan(duration) : null,
        };
        _entries.AddOrUpdate(track.TrackId, new CatalogueEntry(track, IsKnown: true, readAt));
        return track;
    }

    private Track RememberUnknown(string trackId, DateTimeOffset readAt)
    {
        var track = new Track { TrackId = trackId };
        _entries.AddOrUpdate(trackId, new CatalogueEntry(track, IsKnown: false, readAt));
        return track;
    }
}

/// <summary>The catalogue entries for one answer.</summary>
/// <param name="tracks">By track id.</param>
/// <param name="missing">Why some names could not be read; null when all were.</param>
internal sealed class NamedTracks(IReadOnlyDictionary<string, Track> tracks, string? missing)
{
    public string? Missing => missing;

    /// <summary>The entry of a track; only its id when nothing more is known.</summary>
    public Track this[string trackId] => tracks.TryGetValue(trackId, out var track) ? track : new Track { TrackId = trackId };
}

/// <summary>A catalogue entry in memory.</summary>
/// <param name="Track">As it goes into answers, where it is shared: never changed. Without names when the catalogue lacks it.</param>
/// <param name="IsKnown">Whether the catalogue has it.</param>
/// <param name="ReadAt">When the database was read.</param>
internal sealed record CatalogueEntry(Track Track, bool IsKnown, DateTimeOffset ReadAt);

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
