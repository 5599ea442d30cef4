using RecSys.Algorithms.Matrices;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>Stores what candidate loads of a version: popular tracks, ids, factors, and what every user has heard.</summary>
internal sealed class StoreStage(ModelStore models, ArtifactStore artifacts) : IStage<StoreInput, long>
{
    // Heard items and their plays are written in pieces of about this many, so that no array holds those of all users.
    private const int ItemsPerSegment = 1 << 20;

    private delegate ReadOnlySpan<int> HeardRow(int user);

    /// <inheritdoc/>
    /// <returns>The number of popular tracks.</returns>
    public async Task<long> RunAsync(StoreInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var (version, log) = (input.ModelVersion, input.Log);
        var (users, items) = (input.Models.Als.UserFactors, input.Models.Als.ItemFactors);
        (string What, Func<Task> Write)[] steps =
        [
            ("user ids", () => artifacts.WriteTextsAsync(version, ArtifactNames.UserIds, log.UserIds, cancellationToken)),
            ("track ids", () => artifacts.WriteTextsAsync(version, ArtifactNames.TrackIds, log.TrackIds, cancellationToken)),
            ("user factors", () => artifacts.WriteMatrixAsync(version, ArtifactNames.AlsUserFactors, users.RowCount, users.FactorCount, users.Row, cancellationToken)),
            ("track factors", () => artifacts.WriteMatrixAsync(version, ArtifactNames.AlsItemFactors, items.RowCount, items.FactorCount, items.Row, cancellationToken)),
            ("heard tracks", () => WriteHeardAsync(version, log.Plays, cancellationToken)),
        ];

        progress.Report(0, "popular tracks");
        var popular = input.Models.Popularity.Top(input.PopularCount)
            .Select(track => new PopularTrackRecord(track.Rank, log.TrackIds[track.ItemIndex], track.Users, (long)track.Plays));
        var count = await models.WritePopularAsync(version, popular, cancellationToken);
        for (var i = 0; i < steps.Length; i++)
        {
            progress.Report((i + 1.0) / (steps.Length + 1), steps[i].What);
            await steps[i].Write();
        }

        return count;
    }

    private async Task WriteHeardAsync(string version, SparseMatrix plays, CancellationToken cancellationToken)
    {
        var offsets = new long[plays.RowCount + 1];
        for (var user = 0; user < plays.RowCount; user++)
        {
            offsets[user + 1] = offsets[user] + plays.RowLength(user);
        }

        await artifacts.WriteInt64Async(version, ArtifactNames.HeardOffsets, offsets, cancellationToken);
        await artifacts.WriteInt32Async(
            version, ArtifactNames.HeardItems, plays.CellCount, Segments(plays, user => plays.RowColumns(user)), cancellationToken);
        await artifacts.WriteInt32Async(
            version, ArtifactNames.HeardPlays, plays.CellCount, Segments(plays, user => PlaysOf(plays, user)), cancellationToken);
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
