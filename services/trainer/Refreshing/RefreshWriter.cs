using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Refreshing;

/// <summary>Writes a refreshed version: first what is new, then copies of the rest; a copy leaves what is there as it is.</summary>
internal sealed class RefreshWriter(
    ModelStore models, ArtifactStore artifacts, VersionWriter writer, RankerRefresh ranker, DatabasePatience patience)
{
    /// <summary>Writes all of it.</summary>
    public async Task WriteAsync(
        string version, string from, RefreshedModels refreshed, StepProgress progress, CancellationToken cancellationToken)
    {
        var (settings, log, changes, fitted) = (refreshed.Settings, refreshed.Log, refreshed.Changes, refreshed.Models);
        var als = fitted.Als!;
        progress.Report(0, $"lists of {changes.ChangedUsers.Length:N0} users");
        await WriteAsync(
            version,
            changes.ChangedUsers,
            users => ListsStep.Lists(
                    fitted, users, settings.Get(TrainingSettings.PersonalCount), settings.Get(TrainingSettings.Threads), cancellationToken)
                .Select(row => ListRows.Personal(row, log)),
            models.WriteUserRecommendationsAsync,
            cancellationToken);
        progress.Report(0.3, "lists of the others");
        await patience.RunAsync(token => models.CopyUserRecommendationsAsync(from, version, token), cancellationToken);
        foreach (var users in changes.GoneUsers.Chunk(ModelStore.RowsPerCommit))
        {
            await patience.RunAsync(token => models.RemoveUserRecommendationsAsync(version, users, token), cancellationToken);
        }

        progress.Report(0.5, "similar tracks");
        await WriteAsync(
            version,
            changes.NewTracks,
            tracks => als.SimilarItems(tracks, settings.Get(TrainingSettings.SimilarCount), cancellationToken)
                .Select((list, i) => (List: list, Track: tracks[i]))
                .Where(entry => entry.List.Length > 0)
                .Select(entry => ListRows.Similar(entry.Track, entry.List, log)),
            models.WriteSimilarAsync,
            cancellationToken);
        await patience.RunAsync(token => models.CopySimilarAsync(from, version, token), cancellationToken);

        progress.Report(0.7, "next and popular tracks");
        if (fitted.Markov is { } markov)
        {
            await WriteAsync(
                version,
                [.. Enumerable.Range(0, log.TrackIds.Length)],
                tracks => TrackListsStep.NextLists(markov, tracks, settings.Get(TrainingSettings.NextCount)).Select(row => ListRows.Next(row, log)),
                models.WriteNextAsync,
                cancellationToken);
        }

        await writer.WritePopularAsync(version, log, fitted.Popularity, settings.Get(TrainingSettings.PopularCount), cancellationToken);
        progress.Report(0.8, "factors and heard tracks");
        await writer.WriteArtifactsAsync(version, log, als.UserFactors, als.ItemFactors, cancellationToken);
        foreach (var name in ArtifactNames.KeptByRefresh)
        {
            await patience.RunAsync(token => artifacts.CopyAsync(from, version, name, token), cancellationToken);
        }

        progress.Report(0.9, "ranker and links");
        await ranker.WriteAsync(version, from, changes, cancellationToken);
        progress.Report(1);
    }

    private async Task WriteAsync<TRow>(
        string version,
        int[] indices,
        Func<int[], IEnumerable<TRow>> compute,
        Func<string, IEnumerable<TRow>, CancellationToken, Task<long>> write,
        CancellationToken cancellationToken)
    {
        foreach (var piece in indices.Chunk(ModelStore.RowsPerCommit))
        {
            var records = await Task.Run(() => compute(piece).ToArray(), cancellationToken);
            await writer.WriteAsync(version, records, write, cancellationToken);
        }
    }
}

/// <summary>
/// Carries the trained ranker and the links between tracks and users over to a refreshed version, under the indices that these have
/// in it. What is new has no links and no statistics until the next training.
/// </summary>
internal sealed class RankerRefresh(ArtifactStore artifacts, DatabasePatience patience)
{
    private static readonly string[] Unchanged =
        [ArtifactNames.RankerTrees, ArtifactNames.RankerFeatures, ArtifactNames.RankerGenreNames, ArtifactNames.RankerImportance];

    /// <summary>Writes what the version that it comes from has of it.</summary>
    public async Task WriteAsync(string version, string from, LogChanges changes, CancellationToken cancellationToken)
    {
        foreach (var name in Unchanged)
        {
            await patience.RunAsync(token => artifacts.CopyAsync(from, version, name, token), cancellationToken);
        }

        foreach (var name in new[] { ArtifactNames.RankerArtists, ArtifactNames.RankerAlbums })
        {
            if (await patience.RunAsync(token => artifacts.ReadInt32Async(from, name, token), cancellationToken) is { } values)
            {
                var moved = Array.ConvertAll(changes.BaseTracks, track => track < 0 ? -1 : values[track]);
                await patience.RunAsync(token => artifacts.WriteInt32Async(version, name, moved, token), cancellationToken);
            }
        }

        if (await patience.RunAsync(token => artifacts.ReadMatrixAsync(from, ArtifactNames.RankerItems, token), cancellationToken) is { } items)
        {
            var unknown = new float[items.ColumnCount];
            await patience.RunAsync(
                token => artifacts.WriteMatrixAsync(
                    version, ArtifactNames.RankerItems, changes.BaseTracks.Length, items.ColumnCount,
                    track => changes.BaseTracks[track] < 0 ? unknown : items.Row(changes.BaseTracks[track]), token),
                cancellationToken);
        }

        var tracks = Inverse(changes.BaseTracks);
        await MoveAsync(version, from, ArtifactNames.RankerGenreOffsets, ArtifactNames.RankerGenres, null, changes.BaseTracks, null, cancellationToken);
        await MoveLinksAsync(ArtifactNames.ItemNeighbors, changes.BaseTracks, tracks);
        await MoveLinksAsync(ArtifactNames.NextTracks, changes.BaseTracks, tracks);
        await MoveLinksAsync(ArtifactNames.UserNeighbors, changes.BaseUsers, Inverse(changes.BaseUsers));

        Task MoveLinksAsync(string name, int[] rows, Dictionary<int, int> targets) => MoveAsync(
            version, from, ArtifactNames.OffsetsOf(name), ArtifactNames.TargetsOf(name), ArtifactNames.WeightsOf(name), rows, targets,
            cancellationToken);
    }

    private static Dictionary<int, int> Inverse(int[] baseIndices)
    {
        var inverse = new Dictionary<int, int>(baseIndices.Length);
        for (var i = 0; i < baseIndices.Length; i++)
        {
            if (baseIndices[i] >= 0)
            {
                inverse.Add(baseIndices[i], i);
            }
        }

        return inverse;
    }

    /// <summary>Moves compressed rows.</summary>
    /// <param name="version">The new version.</param>
    /// <param name="from">The one that it comes from.</param>
    /// <param name="offsetsName">Where each row begins.</param>
    /// <param name="targetsName">What the rows hold.</param>
    /// <param name="weightsName">How strong each is; null where they have no weights.</param>
    /// <param name="rows">The old row of each new one; -1 for none.</param>
    /// <param name="newTargets">The new value of each old one, which is left out where there is none; null where values stay.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    private async Task MoveAsync(
        string version,
        string from,
        string offsetsName,
        string targetsName,
        string? weightsName,
        int[] rows,
        Dictionary<int, int>? newTargets,
        CancellationToken cancellationToken)
    {
        var offsets = await patience.RunAsync(token => artifacts.ReadInt64Async(from, offsetsName, token), cancellationToken);
        var targets = await patience.RunAsync(token => artifacts.ReadInt32Async(from, targetsName, token), cancellationToken);
        var weights = weightsName is null
            ? null
            : (await patience.RunAsync(token => artifacts.ReadMatrixAsync(from, weightsName, token), cancellationToken))?.Values;
        if (offsets is null || targets is null || (weightsName is not null && weights is null))
        {
            return;
        }

        var movedOffsets = new long[rows.Length + 1];
        var movedTargets = new List<int>(targets.Length);
        var movedWeights = new List<float>(weights?.Length ?? 0);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var at = rows[row] < 0 ? 0 : offsets[rows[row]]; rows[row] >= 0 && at < offsets[rows[row] + 1]; at++)
            {
                var target = targets[at];
                if (newTargets is null || newTargets.TryGetValue(target, out target))
                {
                    movedTargets.Add(target);
                    if (weights is not null)
                    {
                        movedWeights.Add(weights[at]);
                    }
                }
            }

            movedOffsets[row + 1] = movedTargets.Count;
        }

        await patience.RunAsync(token => artifacts.WriteInt64Async(version, offsetsName, movedOffsets, token), cancellationToken);
        await patience.RunAsync(token => artifacts.WriteInt32Async(version, targetsName, movedTargets.ToArray(), token), cancellationToken);
        if (weightsName is not null)
        {
            var values = movedWeights.ToArray();
            await patience.RunAsync(token => artifacts.WriteMatrixAsync(version, weightsName, 1, values.Length, _ => values, token), cancellationToken);
        }
    }
}
