using Microsoft.EntityFrameworkCore;

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
            byId[track.TrackId] = track;
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
public sealed record TrackRow(string TrackId, string Title, string Artist, string Album, string[] Genres, TimeSpan? Duration = null);
