using System.Text;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>
/// Writes a version into the database, piece by piece, and then makes it seen. Each piece may be written again, so that a database that
/// goes away for a while is waited for.
/// </summary>
internal sealed class PublishStep(
    ModelStore models, ArtifactStore artifacts, VersionWriter writer, ModelActivation activation, QualityGate gate, DatabasePatience patience)
{
    /// <summary>Writes the lists from the work folder, the popular tracks, and what the candidate service loads.</summary>
    /// <param name="version">The version.</param>
    /// <param name="log">All plays.</param>
    /// <param name="fitted">Fitted to all plays.</param>
    /// <param name="similar">Similar tracks.</param>
    /// <param name="next">Next tracks.</param>
    /// <param name="personal">Personal lists.</param>
    /// <param name="quality">What later versions are compared with; empty when nothing was measured.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public async Task StoreAsync(
        string version,
        TrainingLog log,
        FittedModels fitted,
        ListFile similar,
        ListFile next,
        ListFile personal,
        UserQuality quality,
        TrainingSettings settings,
        StepProgress progress,
        CancellationToken cancellationToken)
    {
        var total = similar.Count + next.Count + personal.Count + 1;
        var count = 0L;
        await WriteAsync("similar tracks", similar, row => ListRows.Similar(row, log), models.WriteSimilarAsync);
        await WriteAsync("next tracks", next, row => ListRows.Next(row, log), models.WriteNextAsync);
        await WriteAsync("personal lists", personal, row => ListRows.Personal(row, log), models.WriteUserRecommendationsAsync);
        progress.Report((double)count / total, "factors, heard and popular tracks");
        await writer.WritePopularAsync(version, log, fitted.Popularity, settings.Get(TrainingSettings.PopularCount), cancellationToken);
        await writer.WriteArtifactsAsync(version, log, fitted.Als?.UserFactors, fitted.Als?.ItemFactors, cancellationToken);
        await writer.WriteQualityAsync(version, quality, cancellationToken);
        progress.Report(1, $"{count:N0} lists");

        async Task WriteAsync<TRow>(
            string what, ListFile lists, Func<ScoredRow, TRow> convert, Func<string, IEnumerable<TRow>, CancellationToken, Task<long>> write)
        {
            foreach (var piece in lists.ReadRows().Chunk(ModelStore.RowsPerCommit))
            {
                progress.Report((double)count / total, what);
                count += await writer.WriteAsync(version, Array.ConvertAll(piece, row => convert(row)), write, cancellationToken);
            }
        }
    }

    /// <summary>Writes what the candidate and the ranker service load for ranking. Without a trained ranker there is nothing to write.</summary>
    public async Task StoreRankerAsync(
        string version, RankerOutcome outcome, CataloguedListens listens, CandidateSources sources, StepProgress progress, CancellationToken cancellationToken)
    {
        if (!outcome.IsTrained)
        {
            return;
        }

        progress.Report(0, "trees, statistics and links");
        var statistics = sources.Statistics;
        var catalogue = listens.Catalogue;
        Func<CancellationToken, Task>[] writes =
        [
            .. Links(version, ArtifactNames.ItemNeighbors, sources.ItemNeighbors),
            .. Links(version, ArtifactNames.UserNeighbors, sources.UserNeighbors),
            .. Links(version, ArtifactNames.NextTracks, sources.Next),
            token => artifacts.WriteMatrixAsync(
                version, ArtifactNames.RankerItems, statistics.ItemCount, ItemStatistics.ColumnCount, statistics.Row, token),
            token => artifacts.WriteInt32Async(version, ArtifactNames.RankerArtists, catalogue.Artists, token),
            token => artifacts.WriteInt32Async(version, ArtifactNames.RankerAlbums, catalogue.Albums, token),
            token => artifacts.WriteInt64Async(version, ArtifactNames.RankerGenreOffsets, catalogue.GenreOffsets, token),
            token => artifacts.WriteInt32Async(version, ArtifactNames.RankerGenres, catalogue.AllGenres, token),
            token => artifacts.WriteTextsAsync(version, ArtifactNames.RankerGenreNames, listens.GenreNames, token),
            token => artifacts.WriteTextsAsync(
                version, ArtifactNames.RankerFeatures, [.. RankingFeatures.All.Select(feature => feature.Name)], token),
            token => artifacts.WriteBytesAsync(
                version, ArtifactNames.RankerImportance, Encoding.UTF8.GetBytes(ImportanceChart.Draw([.. outcome.Features.Zip(outcome.Gains)])), token),
            token => artifacts.WriteBytesAsync(version, ArtifactNames.RankerTrees, outcome.Trees, token),
        ];
        foreach (var write in writes)
        {
            await patience.RunAsync(write, cancellationToken);
        }
    }

    /// <summary>
    /// Compares the version with the active one and makes it ready or refuses it. Where it is to be the active one, it becomes ready and
    /// active in one transaction, and the others are told.
    /// </summary>
    /// <param name="job">The training; all rows of its version are written.</param>
    /// <param name="log">All plays.</param>
    /// <param name="measurement">What was measured, and what is compared with the active version.</param>
    /// <param name="steps">How long the training took.</param>
    /// <param name="progress">Receives how far it is, and at the end what became of the version.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public async Task PublishAsync(
        TrainingJob job, TrainingLog log, Measurement measurement, TrainingSteps steps, StepProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "comparing it with the active version");
        var verdict = await gate.JudgeAsync(measurement.Users, job.Settings, cancellationToken);
        var refusal = job.Force ? null : verdict.Refusal;
        var metrics = measurement.Metrics.Concat(steps.Times).Concat(verdict.Metrics).ToDictionary();
        metrics["data/listens"] = log.ListenCount;
        metrics["data/rows"] = log.RowCount;
        var result = new ModelResult(metrics, log.UserIds.Length, log.TrackIds.Length, log.Plays.CellCount, steps.TotalTime) { Refusal = refusal };
        if (job.Activate && refusal is null)
        {
            progress.Report(0.5, "making the version ready and active");
            await patience.RunAsync(token => activation.PublishAsync(job.ModelVersion, result, replaced: null, token), cancellationToken);
            progress.Report(1, "published");
            return;
        }

        progress.Report(0.5, "making the version ready");
        await patience.RunAsync(token => models.FinishAsync(job.ModelVersion, result, token), cancellationToken);
        progress.Report(1, refusal is null ? "ready, not activated" : $"refused, not activated. {refusal}");
    }

    private IEnumerable<Func<CancellationToken, Task>> Links(string version, string name, LinkTable? links)
    {
        if (links is null)
        {
            return [];
        }

        return
        [
            token => artifacts.WriteInt64Async(version, ArtifactNames.OffsetsOf(name), links.Offsets, token),
            token => artifacts.WriteInt32Async(version, ArtifactNames.TargetsOf(name), links.AllTargets, token),
            token => artifacts.WriteMatrixAsync(version, ArtifactNames.WeightsOf(name), 1, links.AllWeights.Length, _ => links.AllWeights.Span, token),
        ];
    }
}
