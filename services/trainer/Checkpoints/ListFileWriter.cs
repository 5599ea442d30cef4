using System.Diagnostics;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Checkpoints;

/// <summary>Computes lists block by block and writes them to a file: memory for two blocks, whatever their number.</summary>
internal static class ListFileWriter
{
    private const int RowsPerBlock = 2_048;

    /// <summary>Computes and writes all lists; the file takes its place whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">Users or items that lists are made of.</param>
    /// <param name="compute">Makes the lists of some of them.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<ListFile> WriteAsync(
        string path, int count, Func<int[], IReadOnlyList<ScoredRow>> compute, StageProgress progress, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                var rowCount = 0L;
                var begun = Stopwatch.GetTimestamp();
                var what = progress.Message;
                using (var file = TrainingCheckpoint.CreateTemporary(path))
                {
                    var writer = new CheckpointWriter(file);
                    for (var first = 0; first < count; first += RowsPerBlock)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        var rows = compute([.. Enumerable.Range(first, Math.Min(RowsPerBlock, count - first))]);
                        foreach (var row in rows)
                        {
                            writer.WriteInt64(row.Index);
                            writer.WriteArray(row.Items);
                            writer.WriteArray(row.Scores);
                            writer.WriteArray(row.Sources);
                        }

                        rowCount += rows.Count;
                        var done = Math.Min(count, first + RowsPerBlock);
                        progress.Report(
                            (double)done / count, $"{what}: {done:N0} of {count:N0}, {done / Stopwatch.GetElapsedTime(begun).TotalSeconds:N0} a second");
                    }

                    file.Flush(flushToDisk: true);
                }

                TrainingCheckpoint.Complete(path);
                return new ListFile(path, rowCount);
            },
            cancellationToken);
}
