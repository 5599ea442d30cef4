using RecSys.Data.Models;
using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Publishing;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Writes a version into the database: lists from the work folder and what candidate loads. All of it in pieces that may be
/// repeated, so that a database that goes away for a while is waited for.
/// </summary>
internal sealed class StoreStage(ModelStore models, VersionWriter writer) : IStage<StoreInput, long>
{
    /// <inheritdoc/>
    /// <returns>The number of rows.</returns>
    public async Task<long> RunAsync(StoreInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var (version, log) = (input.ModelVersion, input.Log);
        var total = input.Similar.Count + input.Next.Count + input.Personal.Count + 1;
        var count = 0L;
        await WriteAsync("similar tracks", input.Similar, row => ListRecords.Similar(row, log), models.WriteSimilarAsync);
        await WriteAsync("next tracks", input.Next, row => ListRecords.Next(row, log), models.WriteNextAsync);
        await WriteAsync("personal lists", input.Personal, row => ListRecords.Personal(row, log), models.WriteUserRecommendationsAsync);
        progress.Report((double)count / total, "factors, heard and popular tracks");
        await writer.WritePopularAsync(version, log, input.Models.Popularity, input.PopularCount, cancellationToken);
        await writer.WriteArtifactsAsync(
            version, log, input.Models.Als?.UserFactors, input.Models.Als?.ItemFactors, cancellationToken);
        await writer.WriteQualityAsync(version, input.Quality, cancellationToken);
        progress.Report(1, $"{count:N0} lists");
        return count;

        async Task WriteAsync<TRecord>(
            string what,
            ListFile lists,
            Func<ScoredRow, TRecord> convert,
            Func<string, IEnumerable<TRecord>, CancellationToken, Task<long>> write)
        {
            foreach (var piece in lists.Read().Chunk(ModelStore.RowsPerCommit))
            {
                progress.Report((double)count / total, what);
                count += await writer.WriteAsync(version, Array.ConvertAll(piece, row => convert(row)), write, cancellationToken);
            }
        }
    }
}
