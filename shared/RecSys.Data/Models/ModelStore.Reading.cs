using Microsoft.EntityFrameworkCore;

namespace RecSys.Data.Models;

/// <content>Reads the rows of a version.</content>
public sealed partial class ModelStore
{
    /// <summary>A user's list in a version; null when the version holds none.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<UserRecommendationsRecord?> ReadUserRecommendationsAsync(
        string version, string userId, CancellationToken cancellationToken)
    {
        StorableText.Require(version, nameof(version));
        StorableText.Require(userId, nameof(userId));
        return await _database.ReadAsync(
            context => context.UserRecommendations
                .Where(row => row.ModelVersion == version && row.UserId == userId)
                .Select(row => new UserRecommendationsRecord(row.UserId, row.TrackIds, row.Scores, row.Sources))
                .FirstOrDefaultAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>All users' lists of a version, by user id in the order of its UTF-8 bytes.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or stopped answering on the way.</exception>
    public IAsyncEnumerable<UserRecommendationsRecord> ReadAllUserRecommendationsAsync(string version, CancellationToken cancellationToken)
    {
        StorableText.Require(version, nameof(version));
        return _database.StreamAsync(
            context => context.UserRecommendations
                .Where(row => row.ModelVersion == version)
                .OrderBy(row => row.UserId)
                .Select(row => new UserRecommendationsRecord(row.UserId, row.TrackIds, row.Scores, row.Sources)),
            cancellationToken);
    }

    /// <summary>A track's neighbours in a version; null when the version does not know the track.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<SimilarTracksRecord?> ReadSimilarAsync(string version, string trackId, CancellationToken cancellationToken)
    {
        StorableText.Require(version, nameof(version));
        StorableText.Require(trackId, nameof(trackId));
        return await _database.ReadAsync(
            context => context.SimilarTracks
                .Where(row => row.ModelVersion == version && row.TrackId == trackId)
                .Select(row => new SimilarTracksRecord(row.TrackId, row.SimilarTrackIds, row.Scores))
                .FirstOrDefaultAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>What follows a track in a version; null when the version does not know it.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<NextTracksRecord?> ReadNextAsync(string version, string trackId, CancellationToken cancellationToken)
    {
        StorableText.Require(version, nameof(version));
        StorableText.Require(trackId, nameof(trackId));
        return await _database.ReadAsync(
            context => context.NextTracks
                .Where(row => row.ModelVersion == version && row.TrackId == trackId)
                .Select(row => new NextTracksRecord(row.TrackId, row.NextTrackIds, row.Probabilities))
                .FirstOrDefaultAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>All lists of similar tracks of a version, by track id in the order of its UTF-8 bytes.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or stopped answering on the way.</exception>
    public IAsyncEnumerable<SimilarTracksRecord> ReadAllSimilarAsync(string version, CancellationToken cancellationToken)
    {
        StorableText.Require(version, nameof(version));
        return _database.StreamAsync(
            context => context.SimilarTracks
                .Where(row => row.ModelVersion == version)
                .OrderBy(row => row.TrackId)
                .Select(row => new SimilarTracksRecord(row.TrackId, row.SimilarTrackIds, row.Scores)),
            cancellationToken);
    }

    /// <summary>The popular tracks of a version, best first.</summary>
    /// <param name="version">The version.</param>
    /// <param name="limit">At most so many; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<PopularTrackRecord>> ReadPopularAsync(string version, int? limit, CancellationToken cancellationToken)
    {
        StorableText.Require(version, nameof(version));
        return await _database.ReadAsync(
            context => context.PopularTracks
                .Where(row => row.ModelVersion == version)
                .OrderBy(row => row.Rank)
                .Select(row => new PopularTrackRecord(row.Rank, row.TrackId, row.ListenerCount, row.PlayCount))
                .Take(limit ?? int.MaxValue)
                .ToListAsync(cancellationToken),
            cancellationToken);
    }
}
