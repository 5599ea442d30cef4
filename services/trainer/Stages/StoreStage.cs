using RecSys.Algorithms.Matrices;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages;

/// <summary>Stores what candidate loads of a version: popular tracks, ids, factors, and what every user has heard.</summary>
internal sealed class StoreStage(ModelStore models, ArtifactStore artifacts, DatabasePatience patience) : IStage<StoreInput, long>
{
    // Heard items and their plays are written in pieces of about this many, so that no array holds those of all users.
    private const int ItemsPerSegment = 1 << 20;

    private delegate ReadOnlySpan<int> HeardRow(int user);

    /// <inheritdoc/>
    /// <returns>The number of popular tracks.</returns>
    public async Task<long> RunAsync(StoreInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var (version, log) = (input.ModelVersion, input.Log);
        var (users, items, plays) = (input.Models.Als.UserFactors, input.Models.Als.ItemFactors, log.Plays);
        (string What, Func<CancellationToken, Task> Write)[] artifactWrites =
        [
            ("user ids", token => artifacts.WriteTextsAsync(version, ArtifactNames.UserIds, log.UserIds, token)),
            ("track ids", token => artifacts.WriteTextsAsync(version, ArtifactNames.TrackIds, log.TrackIds, token)),
            ("user factors", token => artifacts.WriteMatrixAsync(
                version, ArtifactNames.AlsUserFactors, users.RowCount, users.FactorCount, users.Row, token)),
            ("track factors", token => artifacts.WriteMatrixAsync(
                version, ArtifactNames.AlsItemFactors, items.RowCount, items.FactorCount, items.Row, token)),
            ("heard tracks", token => artifacts.WriteInt64Async(version, ArtifactNames.HeardOffsets, Offsets(plays), token)),
            ("heard tracks", token => artifacts.WriteInt32Async(
                version, ArtifactNames.HeardItems, plays.CellCount, Segments(plays, user => plays.RowColumns(user)), token)),
            ("plays of heard tracks", token => artifacts.WriteInt32Async(
                version, ArtifactNames.HeardPlays, plays.CellCount, Segments(plays, user => PlaysOf(plays, user)), token)),
        ];

        progress.Report(0, "popular tracks");
        var count = await WritePopularAsync(input, cancellationToken);
        for (var i = 0; i < artifactWrites.Length; i++)
        {
            progress.Report((i + 1.0) / (artifactWrites.Length + 1), artifactWrites[i].What);
            await patience.RunAsync(artifactWrites[i].Write, cancellationToken);
        }

        return count;
    }

    private async Task<long> WritePopularAsync(StoreInput input, CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var tracks in input.Models.Popularity.Top(input.PopularCount).Chunk(ModelStore.RowsPerCommit))
        {
            var records = Array.ConvertAll(
                tracks, track => new PopularTrackRecord(track.Rank, input.Log.TrackIds[track.ItemIndex], track.Users, (long)track.Plays));
            count += await patience.RunAsync(token => models.WritePopularAsync(input.ModelVersion, records, token), cancellationToken);
        }

        return count;
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

    private static int[] PlaysOf(SparseMatrix plays, int user)
    {
        var values = plays.RowValues(user);
        var counts = new int[values.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = (int)Math.Clamp(values[i], 1, int.MaxValue);
        }

        return counts;
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
