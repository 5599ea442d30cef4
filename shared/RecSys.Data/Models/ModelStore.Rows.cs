using Microsoft.EntityFrameworkCore;
using RecSys.Data.Schema;

namespace RecSys.Data.Models;

/// <content>The rows of a version: written while it is in training, read at any time.</content>
public sealed partial class ModelStore
{
    /// <summary>
    /// Rows that <see cref="WriteUserRecommendationsAsync"/>, <see cref="WriteSimilarAsync"/> and
    /// <see cref="WritePopularAsync"/> commit at a time: 2,048. Others can write in between, and a list that is made while
    /// it is written keeps no transaction open.
    /// </summary>
    public const int RowsPerCommit = 2_048;

    /// <summary>
    /// Writes lists of users, read one by one, into a version in training. A call of at most <see cref="RowsPerCommit"/>
    /// rows stores all or none, and may be made again when the database did not answer.
    /// </summary>
    /// <returns>The number of lists.</returns>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    /// <exception cref="ArgumentException">Arrays of different lengths, or a value that can't be stored.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<long> WriteUserRecommendationsAsync(
        string version, IEnumerable<UserRecommendationsRow> lists, CancellationToken cancellationToken) =>
        WriteInPiecesAsync(
            version,
            lists.Select(list =>
            {
                RequireSameLength(list.UserId, list.TrackIds.Length, list.Scores.Length);
                RequireSameLength(list.UserId, list.TrackIds.Length, list.Sources.Length);
                return list;
            }),
            cancellationToken);

    /// <summary>Writes lists of similar tracks, as <see cref="WriteUserRecommendationsAsync"/> does those of users.</summary>
    /// <returns>The number of lists.</returns>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task<long> WriteSimilarAsync(string version, IEnumerable<SimilarTracksRow> lists, CancellationToken cancellationToken) =>
        WriteInPiecesAsync(
            version,
            lists.Select(list =>
            {
                RequireSameLength(list.TrackId, list.SimilarTrackIds.Length, list.Scores.Length);
                return list;
            }),
            cancellationToken);

    /// <summary>Writes the popular tracks, as <see cref="WriteUserRecommendationsAsync"/> does lists of users.</summary>
    /// <returns>The number of tracks.</returns>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task<long> WritePopularAsync(string version, IEnumerable<PopularTrackRow> tracks, CancellationToken cancellationToken) =>
        WriteInPiecesAsync(version, tracks, cancellationToken);

    /// <summary>Writes what follows each track, as <see cref="WriteUserRecommendationsAsync"/> does lists of users.</summary>
    /// <returns>The number of lists.</returns>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task<long> WriteNextAsync(string version, IEnumerable<NextTracksRow> lists, CancellationToken cancellationToken) =>
        WriteInPiecesAsync(
            version,
            lists.Select(list =>
            {
                RequireSameLength(list.TrackId, list.NextTrackIds.Length, list.Probabilities.Length);
                return list;
            }),
            cancellationToken);

    /// <summary>
    /// Copies the lists of users of another version into a version in training, but for users who have one in it. It may be made
    /// again when the database did not answer.
    /// </summary>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task CopyUserRecommendationsAsync(string from, string version, CancellationToken cancellationToken) =>
        CopyAsync<UserRecommendationsRow>(from, version, cancellationToken);

    /// <summary>Copies the lists of similar tracks, as <see cref="CopyUserRecommendationsAsync"/> does those of users.</summary>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task CopySimilarAsync(string from, string version, CancellationToken cancellationToken) =>
        CopyAsync<SimilarTracksRow>(from, version, cancellationToken);

    /// <summary>Removes lists of users from a version in training.</summary>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task RemoveUserRecommendationsAsync(string version, IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        return _database.WriteAsync(
            async context =>
            {
                await RequireTrainingAsync(context, version, cancellationToken);
                return await context.UserRecommendations
                    .Where(row => row.ModelVersion == version && userIds.Contains(row.UserId))
                    .ExecuteDeleteAsync(cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>A user's list in a version; null when the version holds none.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<UserRecommendationsRow?> ReadUserRecommendationsAsync(
        string version, string userId, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        StorableValues.Text(userId, nameof(userId));
        return await _database.ReadAsync(
            context => context.UserRecommendations
                .Where(row => row.ModelVersion == version && row.UserId == userId)
                .FirstOrDefaultAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>All users' lists of a version, by user id in the order of its UTF-8 bytes.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or stopped answering on the way.</exception>
    public IAsyncEnumerable<UserRecommendationsRow> ReadAllUserRecommendationsAsync(string version, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        return _database.StreamAsync(
            context => context.UserRecommendations
                .Where(row => row.ModelVersion == version)
                .OrderBy(row => row.UserId),
            cancellationToken);
    }

    /// <summary>A track's neighbours in a version; null when the version does not know the track.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<SimilarTracksRow?> ReadSimilarAsync(string version, string trackId, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        StorableValues.Text(trackId, nameof(trackId));
        return await _database.ReadAsync(
            context => context.SimilarTracks
                .Where(row => row.ModelVersion == version && row.TrackId == trackId)
                .FirstOrDefaultAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>What follows a track in a version; null when the version does not know it.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<NextTracksRow?> ReadNextAsync(string version, string trackId, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        StorableValues.Text(trackId, nameof(trackId));
        return await _database.ReadAsync(
            context => context.NextTracks
                .Where(row => row.ModelVersion == version && row.TrackId == trackId)
                .FirstOrDefaultAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>All lists of similar tracks of a version, by track id in the order of its UTF-8 bytes.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or stopped answering on the way.</exception>
    public IAsyncEnumerable<SimilarTracksRow> ReadAllSimilarAsync(string version, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        return _database.StreamAsync(
            context => context.SimilarTracks
                .Where(row => row.ModelVersion == version)
                .OrderBy(row => row.TrackId),
            cancellationToken);
    }

    /// <summary>The popular tracks of a version, best first.</summary>
    /// <param name="version">The version.</param>
    /// <param name="limit">At most so many; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<PopularTrackRow>> ReadPopularAsync(string version, int? limit, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        return await _database.ReadAsync(
            context => context.PopularTracks
                .Where(row => row.ModelVersion == version)
                .OrderBy(row => row.Rank)
                .Take(limit ?? int.MaxValue)
                .ToListAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>Writes into a version in training, in one transaction.</summary>
    internal Task<long> WriteAsync<TRow>(string version, IReadOnlyCollection<TRow> rows, CancellationToken cancellationToken)
        where TRow : ModelRow =>
        _database.WriteOnceAsync(
            async context =>
            {
                await RequireTrainingAsync(context, version, cancellationToken);
                var rowsOfVersion = rows.Select(row => (TRow)((ModelRow)row with { ModelVersion = version }));
                return await _database.Bulk.InsertAsync(context, rowsOfVersion, cancellationToken);
            },
            cancellationToken);

    private static void RequireSameLength(string id, int trackCount, int otherCount)
    {
        if (trackCount != otherCount)
        {
            throw new ArgumentException($"The list of '{id}' has {trackCount} tracks but {otherCount} scores or sources.");
        }
    }

    private async Task CopyAsync<TRow>(string from, string version, CancellationToken cancellationToken)
        where TRow : ModelRow
    {
        StorableValues.Text(from, nameof(from));
        StorableValues.Text(version, nameof(version));
        for (var after = ""; after is not null;)
        {
            var piece = after;
            after = await _database.WriteAsync(
                async context =>
                {
                    await RequireTrainingAsync(context, version, cancellationToken);
                    return await context.CopyPieceAsync<TRow>(from, version, piece, RowsPerCommit, cancellationToken);
                },
                cancellationToken);
        }
    }

    private async Task<long> WriteInPiecesAsync<TRow>(string version, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : ModelRow
    {
        await RequireTrainingAsync(version, cancellationToken);
        var count = 0L;
        foreach (var piece in rows.Chunk(RowsPerCommit))
        {
            count += await WriteAsync(version, piece, cancellationToken);
        }

        return count;
    }
}
