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
                .Select(row => ListRecords.Personal(row, log)),
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
                .Select(entry => ListRecords.Similar(entry.Track, entry.List, log)),
            models.WriteSimilarAsync,
            cancellationToken);
        await patience.RunAsync(token => models.CopySimilarAsync(from, version, token), cancellationToken);

        progress.Report(0.7, "next and popular tracks");
        if (fitted.Markov is { } markov)
        {
            await WriteAsync(
                version,
                [.. Enumerable.Range(0, log.TrackIds.Length)],
                tracks => NextStep.Lists(markov, tracks, settings.Get(TrainingSettings.NextCount)).Select(row => ListRecords.Next(row, log)),
                models.WriteNextAsync,
                cancellationToken);
        }

        await writer.WritePopularAsync(version, log, fitted.Popularity, settings.Get(TrainingSettings.PopularCount), cancellationToken);
        progress.Report(0.8, "factors and heard tracks");
        await writer.WriteArtifactsAsync(version, log, als.UserFactors, als.ItemFactors, cancellationToken);
        foreach (var name in ArtifactNames.OfTheFit)
        {
            await patience.RunAsync(token => artifacts.CopyAsync(from, version, name, token), cancellationToken);
        }

        progress.Report(0.9, "ranker and links");
        await ranker.WriteAsync(version, from, changes, cancellationToken);
        progress.Report(1);
    }

    private async Task WriteAsync<TRecord>(
        string version,
        int[] indices,
        Func<int[], IEnumerable<TRecord>> compute,
        Func<string, IEnumerable<TRecord>, CancellationToken, Task<long>> write,
        CancellationToken cancellationToken)
    {
        foreach (var piece in indices.Chunk(ModelStore.RowsPerCommit))
        {
            var records = await Task.Run(() => compute(piece).ToArray(), cancellationToken);
            await writer.WriteAsync(version, records, write, cancellationToken);
        }
    }
}
