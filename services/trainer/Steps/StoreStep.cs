using RecSys.Data.Models;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>
/// Writes a version into the database: lists from the work folder and what candidate loads. All of it in pieces that may be
/// repeated, so that a database that goes away for a while is waited for.
/// </summary>
internal sealed class StoreStep(ModelStore models, VersionWriter writer)
{
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
    public async Task RunAsync(
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
        await WriteAsync("similar tracks", similar, row => ListRecords.Similar(row, log), models.WriteSimilarAsync);
        await WriteAsync("next tracks", next, row => ListRecords.Next(row, log), models.WriteNextAsync);
        await WriteAsync("personal lists", personal, row => ListRecords.Personal(row, log), models.WriteUserRecommendationsAsync);
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
}
