using RecSys.Data.Models;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Computes rows block by block, and stores one block while the next is computed: memory for two, whatever their number.
/// </summary>
internal sealed class BlockWriter(DatabasePatience patience)
{
    // What the store commits at a time, so that a block is stored whole or not at all and may be stored again.
    private const int RowsPerBlock = ModelStore.RowsPerCommit;

    /// <summary>Computes and stores all rows.</summary>
    /// <param name="count">Users or tracks that rows are made of.</param>
    /// <param name="compute">Makes the rows of some of them.</param>
    /// <param name="write">Stores the rows of a block, all or none.</param>
    /// <param name="progress">Receives the share that is computed.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The number of rows.</returns>
    public async Task<long> WriteAsync<TRow>(
        int count,
        Func<int[], IReadOnlyList<TRow>> compute,
        Func<IReadOnlyList<TRow>, CancellationToken, Task<long>> write,
        StageProgress progress,
        CancellationToken cancellationToken)
    {
        var rowCount = 0L;
        var writing = Task.FromResult(0L);
        try
        {
            for (var first = 0; first < count; first += RowsPerBlock)
            {
                int[] indices = [.. Enumerable.Range(first, Math.Min(RowsPerBlock, count - first))];
                var rows = await Task.Run(() => compute(indices), cancellationToken);
                rowCount += await writing;
                writing = patience.RunAsync(token => write(rows, token), cancellationToken);
                progress.Report((double)(first + indices.Length) / count);
            }

            return rowCount + await writing;
        }
        finally
        {
            // Nothing may be written any more once the version is marked as failed.
            await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
