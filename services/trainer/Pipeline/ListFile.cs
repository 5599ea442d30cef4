using System.Diagnostics;

namespace RecSys.Trainer.Pipeline;

/// <summary>Lists in a file of the work folder, however many: they are written block by block and read one by one.</summary>
/// <param name="Path">The file.</param>
/// <param name="Count">Lists in it.</param>
internal sealed record ListFile(string Path, long Count) : IOutcome<ListFile>
{
    private const int RowsPerBlock = 2_048;

    /// <summary>Computes all lists and writes them: memory for two blocks, whatever their number. The file takes its place whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">Users or items that lists are made of.</param>
    /// <param name="compute">Makes the lists of some of them.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<ListFile> CreateAsync(
        string path, int count, Func<int[], IReadOnlyList<ScoredRow>> compute, StepProgress progress, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                var rowCount = 0L;
                var begun = Stopwatch.GetTimestamp();
                var what = progress.Message;
                CheckpointWriter.WriteFile(path, writer =>
                {
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
                });
                return new ListFile(path, rowCount);
            },
            cancellationToken);

    /// <inheritdoc/>
    public static ListFile Read(CheckpointReader reader) => new(System.IO.Path.Combine(reader.Folder, reader.ReadText()), reader.ReadInt64());

    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        writer.WriteText(System.IO.Path.GetFileName(Path));
        writer.WriteInt64(Count);
    }

    /// <summary>Reads the lists in the order in which they were written.</summary>
    public IEnumerable<ScoredRow> ReadRows()
    {
        using var file = CheckpointReader.Open(Path);
        var reader = new CheckpointReader(file);
        for (var row = 0L; row < Count; row++)
        {
            yield return new ScoredRow(reader.ReadInt32(), reader.ReadArray<int>(), reader.ReadArray<float>(), reader.ReadArray<byte>());
        }
    }
}

/// <summary>A list of items of a user or an item, best first.</summary>
/// <param name="Index">The user or item whose list it is.</param>
/// <param name="Items">Item indices.</param>
/// <param name="Scores">Of each.</param>
/// <param name="Sources">Of each, a position in the names that go with the file; empty where there is one source.</param>
internal sealed record ScoredRow(int Index, int[] Items, float[] Scores, byte[] Sources);
