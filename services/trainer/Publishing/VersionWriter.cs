using System.Globalization;
using RecSys.Algorithms;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Publishing;

/// <summary>Writes the parts of a version that is in training, and waits for a database that goes away meanwhile.</summary>
internal sealed class VersionWriter(ModelStore models, ArtifactStore artifacts, DatabasePatience patience)
{
    // Heard items and their plays are written in pieces of about this many, so that no array holds those of all users.
    private const int ItemsPerSegment = 1 << 20;

    private delegate ReadOnlySpan<int> HeardRow(int user);

    /// <summary>The id of a new version: sortable by the time of its training, told apart by four digits, such as <c>20261121T204455Z-1f3a</c>.</summary>
    public static string NewVersion(DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{Random.Shared.Next(1 << 16):x4}");

    /// <summary>Writes at most <see cref="ModelStore.RowsPerCommit"/> rows.</summary>
    public Task<long> WriteAsync<TRow>(
        string version,
        IReadOnlyCollection<TRow> rows,
        Func<string, IEnumerable<TRow>, CancellationToken, Task<long>> write,
        CancellationToken cancellationToken) => patience.RunAsync(token => write(version, rows, token), cancellationToken);

    /// <summary>Writes the popular tracks, those that anybody has heard.</summary>
    public async Task WritePopularAsync(
        string version, TrainingLog log, PopularityModel popularity, int count, CancellationToken cancellationToken)
    {
        foreach (var tracks in popularity.Top(count).Where(track => track.Users > 0).Chunk(ModelStore.RowsPerCommit))
        {
            var records = Array.ConvertAll(
                tracks, track => new PopularTrackRow(track.Rank, log.TrackIds[track.ItemIndex], track.Users, (long)track.Plays));
            await WriteAsync(version, records, models.WritePopularAsync, cancellationToken);
        }
    }

    /// <summary>Writes ids, factors and what every user has heard.</summary>
    /// <param name="version">The version.</param>
    /// <param name="log">Users, tracks and plays.</param>
    /// <param name="users">Factors of the users; null, as <paramref name="items"/>, where ALS is off: then all are zero, which has no scores.</param>
    /// <param name="items">Factors of the tracks.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public async Task WriteArtifactsAsync(
        string version, TrainingLog log, FactorMatrix? users, FactorMatrix? items, CancellationToken cancellationToken)
    {
        users ??= new FactorMatrix(log.UserIds.Length, factorCount: 1);
        items ??= new FactorMatrix(log.TrackIds.Length, factorCount: 1);
        var plays = log.Plays;
        Func<CancellationToken, Task>[] writes =
        [
            token => artifacts.WriteTextsAsync(version, ArtifactNames.UserIds, log.UserIds, token),
            token => artifacts.WriteTextsAsync(version, ArtifactNames.TrackIds, log.TrackIds, token),
            token => artifacts.WriteMatrixAsync(version, ArtifactNames.AlsUserFactors, users.RowCount, users.FactorCount, users.Row, token),
            token => artifacts.WriteMatrixAsync(version, ArtifactNames.AlsItemFactors, items.RowCount, items.FactorCount, items.Row, token),
            token => artifacts.WriteInt64Async(version, ArtifactNames.HeardOffsets, Offsets(plays), token),
            token => artifacts.WriteInt32Async(
                version, ArtifactNames.HeardItems, plays.CellCount, Segments(plays, user => plays.RowColumns(user)), token),
            token => artifacts.WriteInt32Async(
                version, ArtifactNames.HeardPlays, plays.CellCount, Segments(plays, user => PlaysOf(plays, user)), token),
        ];
        foreach (var write in writes)
        {
            await patience.RunAsync(write, cancellationToken);
        }
    }

    /// <summary>Writes what later versions are compared with, if anything was measured.</summary>
    public async Task WriteQualityAsync(string version, UserQuality quality, CancellationToken cancellationToken)
    {
        if (quality.UserIds.Length > 0)
        {
            await patience.RunAsync(
                token => artifacts.WriteTextsAsync(version, ArtifactNames.QualityUserIds, quality.UserIds, token), cancellationToken);
            await patience.RunAsync(
                token => artifacts.WriteMatrixAsync(
                    version, ArtifactNames.Quality, quality.UserIds.Length, 2,
                    user => new float[] { quality.Personal[user], quality.Popular[user] }, token),
                cancellationToken);
        }
    }

    /// <summary>Plays of a user's cells as whole numbers, at least 1.</summary>
    public static int[] PlaysOf(SparseMatrix plays, int user)
    {
        var values = plays.RowValues(user);
        var counts = new int[values.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = (int)Math.Clamp(values[i], 1, int.MaxValue);
        }

        return counts;
    }

    private static long[] Offsets(SparseMatrix plays)
    {
        var offsets = new long[plays.RowCount + 1];
        for (var user = 0; user < plays.RowCount; user++)
        {
            offsets[user + 1] = offsets[user] + plays.RowLength(user);
        }

        return offsets;
    }

    private static IEnumerable<ReadOnlyMemory<int>> Segments(SparseMatrix plays, HeardRow row)
    {
        var segment = new List<int>(ItemsPerSegment);
        for (var user = 0; user < plays.RowCount; user++)
        {
            segment.AddRange(row(user));
            if (segment.Count >= ItemsPerSegment)
            {
                yield return segment.ToArray();
                segment.Clear();
            }
        }

        yield return segment.ToArray();
    }
}

/// <summary>Lists of indices as rows of the database, which name users and tracks.</summary>
internal static class ListRows
{
    public static UserRecommendationsRow Personal(ScoredRow row, TrainingLog log) => new(
        log.UserIds[row.Index], Ids(row.Items, log), row.Scores, Array.ConvertAll(row.Sources, source => ListsStep.SourceNames[source]));

    public static SimilarTracksRow Similar(ScoredRow row, TrainingLog log) => new(log.TrackIds[row.Index], Ids(row.Items, log), row.Scores);

    public static SimilarTracksRow Similar(int track, ScoredItem[] list, TrainingLog log) => new(
        log.TrackIds[track], Array.ConvertAll(list, item => log.TrackIds[item.ItemIndex]), Array.ConvertAll(list, item => item.Score));

    public static NextTracksRow Next(ScoredRow row, TrainingLog log) => new(log.TrackIds[row.Index], Ids(row.Items, log), row.Scores);

    private static string[] Ids(int[] items, TrainingLog log) => Array.ConvertAll(items, item => log.TrackIds[item]);
}
