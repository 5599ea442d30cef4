using System.Text.Json;

namespace RecSys.Trainer.Checkpoints;

/// <summary>
/// What one training has finished, in a folder: a file for each output and a manifest. A file takes its place whole or not at all,
/// and counts once the manifest names its stage.
/// </summary>
internal sealed class TrainingCheckpoint(string folder, CheckpointManifest manifest, FileStream folderLock) : IDisposable
{
    public const string ManifestFile = "manifest.json";

    private const int BufferBytes = 1 << 20;

    private CheckpointManifest _manifest = manifest;

    /// <summary>When the training read the lake.</summary>
    public DateTimeOffset BegunAt => _manifest.BegunAt;

    /// <summary>What is finished, in order.</summary>
    public IReadOnlyList<FinishedStage> Stages => _manifest.Stages;

    /// <summary>Whether a stage is finished.</summary>
    public bool IsFinished(string stage) => _manifest.Stages.Any(finished => finished.Name == stage);

    /// <summary>Where an output is kept that a stage writes by itself.</summary>
    public string PathOf(string output) => Path.Combine(folder, output + ".bin");

    /// <summary>Writes an output.</summary>
    public void Write(string output, Action<CheckpointWriter> write)
    {
        var path = PathOf(output);
        using (var file = CreateTemporary(path))
        {
            write(new CheckpointWriter(file));
            file.Flush(flushToDisk: true);
        }

        Complete(path);
    }

    /// <summary>Reads an output.</summary>
    /// <exception cref="InvalidDataException">The file is not what was written.</exception>
    public T Read<T>(string output, Func<CheckpointReader, T> read)
    {
        var path = PathOf(output);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
            return read(new CheckpointReader(file));
        }
        catch (Exception exception) when (exception is EndOfStreamException or OverflowException or FileNotFoundException)
        {
            // Begins afresh when it is asked for again.
            Remove();
            throw new InvalidDataException($"{path} is damaged and was removed. Start the training again.", exception);
        }
    }

    /// <summary>Says that a stage is finished; its outputs are written.</summary>
    public void Finish(string stage, TimeSpan time)
    {
        _manifest = _manifest with { Stages = [.. _manifest.Stages, new FinishedStage(stage, time.TotalSeconds)] };
        var path = Path.Combine(folder, ManifestFile);
        using (var file = CreateTemporary(path))
        {
            JsonSerializer.Serialize(file, _manifest);
            file.Flush(flushToDisk: true);
        }

        Complete(path);
    }

    /// <summary>Opens the file that becomes the output once <see cref="Complete"/> is called.</summary>
    public static FileStream CreateTemporary(string path) => new(path + ".part", FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);

    /// <summary>Puts a file that was written to the disk in its place.</summary>
    public static void Complete(string path) => File.Move(path + ".part", path, overwrite: true);

    /// <summary>Removes all of it: the training is published, or must not go on.</summary>
    public void Remove()
    {
        // The manifest first: half a folder must not be taken up.
        File.Delete(Path.Combine(folder, ManifestFile));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Leaves the folder to others; what is finished stays.</summary>
    public void Dispose() => folderLock.Dispose();
}
