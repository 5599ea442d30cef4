namespace RecSys.Trainer.Checkpoints;

/// <summary>Lists in a file of the work folder, however many: they are written and read one by one.</summary>
/// <param name="Path">The file.</param>
/// <param name="Count">Lists in it.</param>
internal sealed record ListFile(string Path, long Count)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Reads the lists in the order in which they were written.</summary>
    public IEnumerable<ScoredRow> Read()
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        var reader = new CheckpointReader(file);
        for (var row = 0L; row < Count; row++)
        {
            yield return new ScoredRow(reader.ReadInt32(), reader.ReadArray<int>(), reader.ReadArray<float>(), reader.ReadArray<byte>());
        }
    }
}
