using Microsoft.EntityFrameworkCore;
using RecSys.Contracts;

namespace RecSys.Data.Histories;

/// <summary>The catalogue.</summary>
public sealed class TrackStore
{
    private readonly RecSysDatabase _database;

    internal TrackStore(RecSysDatabase database) => _database = database;

    /// <summary>Creates or replaces tracks, all or none; of several with the same id the last one stays.</summary>
    /// <exception cref="ArgumentException">A text holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task PutAsync(IReadOnlyList<TrackRow> tracks, CancellationToken cancellationToken)
    {
        if (tracks.Count == 0)
        {
            return;
        }

        var byId = new Dictionary<string, TrackRow>(tracks.Count, StringComparer.Ordinal);
        foreach (var track in tracks)
        {
            byId[track.TrackId] = track.WithNameKey();
        }

        var ordered = byId.Values.OrderBy(track => track.TrackId, StringComparer.Ordinal).ToArray();
        await _database.WriteAsync(context => _database.Bulk.UpsertAsync(context, ordered, cancellationToken), cancellationToken);
    }

    /// <summary>The tracks of these ids, by id; unknown ids are left out.</summary>
    /// <exception cref="ArgumentException">An id holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, TrackRow>> GetAsync(
        IReadOnlyCollection<string> trackIds, CancellationToken cancellationToken)
    {
        var wanted = trackIds.Select(id => StorableValues.Text(id, nameof(trackIds))).Distinct(StringComparer.Ordinal).ToArray();
        if (wanted.Length == 0)
        {
            return new Dictionary<string, TrackRow>();
        }

        return await _database.ReadAsync(
            context => context.Tracks
                .Where(track => wanted.Contains(track.TrackId))
                .ToDictionaryAsync(track => track.TrackId, StringComparer.Ordinal, cancellationToken),
            cancellationToken);
    }

    /// <summary>The tracks of these ids, and those whose artist and title have these keys, in one query; unknown ones are left out.</summary>
    /// <param name="trackIds">Ids.</param>
    /// <param name="nameKeys">Keys as <see cref="TrackNameKey"/> makes them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">An id holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<FoundTracks> FindAsync(
        IReadOnlyCollection<string> trackIds, IReadOnlyCollection<string> nameKeys, CancellationToken cancellationToken)
    {
        var ids = trackIds.Select(id => StorableValues.Text(id, nameof(trackIds))).ToArray();
        var keys = nameKeys.ToArray();
        if (ids.Length + keys.Length == 0)
        {
            return new FoundTracks([]);
        }

        return new FoundTracks(await _database.ReadAsync(
            context => context.Tracks
                .Where(track => ids.Contains(track.TrackId) || keys.Contains(track.NameKey))
                .ToListAsync(cancellationToken),
            cancellationToken));
    }

    /// <summary>Enters tracks whose ids are not there yet; the others stay as they are.</summary>
    /// <returns>How many were new.</returns>
    /// <exception cref="ArgumentException">A text holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<int> AddNewAsync(IReadOnlyList<TrackRow> tracks, CancellationToken cancellationToken)
    {
        var rows = tracks.Select(track => track.WithNameKey()).OrderBy(track => track.TrackId, StringComparer.Ordinal).ToArray();
        return rows.Length == 0
            ? 0
            : (int)await _database.WriteAsync(context => _database.Bulk.InsertNewAsync(context, rows, cancellationToken), cancellationToken);
    }

    /// <summary>All tracks, by id in the order of its UTF-8 bytes.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or stopped answering on the way.</exception>
    public IAsyncEnumerable<TrackRow> ReadAllAsync(CancellationToken cancellationToken) =>
        _database.StreamAsync(context => context.Tracks.OrderBy(track => track.TrackId), cancellationToken);

    /// <summary>How many tracks there are.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<long> CountAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(context => context.Tracks.LongCountAsync(cancellationToken), cancellationToken);
}

/// <summary>One entry of the catalogue.</summary>
/// <param name="TrackId">The producer's own id.</param>
/// <param name="Title">What a person calls it; empty when unknown.</param>
/// <param name="Artist">The performer's name; empty when unknown.</param>
/// <param name="Album">The album's name; empty when unknown.</param>
/// <param name="Genres">Genre names; empty when unknown.</param>
/// <param name="Duration">How long it lasts, kept to the millisecond; null when unknown.</param>
public sealed record TrackRow(string TrackId, string Title, string Artist, string Album, string[] Genres, TimeSpan? Duration = null)
{
    /// <summary>What artist and title are found by; empty where one of them is unknown.</summary>
    internal string? NameKey { get; init; }

    internal TrackRow WithNameKey() => this with { NameKey = TrackNameKey.Of(Artist, Title) ?? "" };
}

/// <summary>Tracks that were looked up by id and by name.</summary>
public sealed class FoundTracks
{
    internal FoundTracks(IReadOnlyCollection<TrackRow> tracks)
    {
        ById = tracks.ToDictionary(track => track.TrackId, StringComparer.Ordinal);
        ByNameKey = tracks
            .Where(track => track.NameKey is { Length: > 0 })
            .GroupBy(track => track.NameKey!, StringComparer.Ordinal)
            .ToDictionary(
                same => same.Key,
                same => same.OrderBy(track => TrackNameKey.IsMadeId(track.TrackId)).ThenBy(track => track.TrackId, StringComparer.Ordinal).First(),
                StringComparer.Ordinal);
    }

    /// <summary>All of them by id.</summary>
    public IReadOnlyDictionary<string, TrackRow> ById { get; }

    /// <summary>
    /// By the key of artist and title. Where several tracks have one, it is the first by id, and one that the catalogue's owner
    /// named before one that was entered for a listen.
    /// </summary>
    public IReadOnlyDictionary<string, TrackRow> ByNameKey { get; }
}
