using System.Text.Json;
using RecSys.Lake;

namespace RecSys.Trainer.Pipeline;

/// <summary>
/// What one training has finished, in a folder: a file for each step and a manifest. A file takes its place whole or not at all,
/// and counts once the manifest names its step.
/// </summary>
internal sealed class TrainingCheckpoint(string folder, CheckpointManifest manifest, FileStream folderLock) : IDisposable
{
    public const string ManifestFile = "manifest.json";

    private CheckpointManifest _manifest = manifest;

    /// <summary>When the training read the lake.</summary>
    public DateTimeOffset BegunAt => _manifest.BegunAt;

    /// <summary>What is finished, in order.</summary>
    public IReadOnlyList<FinishedStep> Steps => _manifest.Steps;

    /// <summary>Whether a step is finished.</summary>
    public bool IsFinished(string step) => _manifest.Steps.Any(finished => finished.Name == step);

    /// <summary>Where what a step made is kept.</summary>
    public string PathOf(string step) => Path.Combine(folder, step + ".bin");

    /// <summary>
    /// Counts as finished only what a plan begins with. A trainer that now has the ranker's library trains with steps that an earlier
    /// one left out, and those after them must not come from the earlier training.
    /// </summary>
    /// <param name="plan">Names of all steps, in order.</param>
    public void KeepOnly(IEnumerable<string> plan) => _manifest = _manifest with
    {
        Steps = [.. _manifest.Steps.Zip(plan).TakeWhile(pair => pair.First.Name == pair.Second).Select(pair => pair.First)],
    };

    /// <summary>Writes what a step made and says that the step is finished.</summary>
    public void Finish(string step, Action<CheckpointWriter> write, TimeSpan time)
    {
        CheckpointWriter.WriteFile(PathOf(step), write);
        _manifest = _manifest with { Steps = [.. _manifest.Steps, new FinishedStep(step, time.TotalSeconds)] };
        CheckpointWriter.WriteWhole(Path.Combine(folder, ManifestFile), file => JsonSerializer.Serialize(file, _manifest));
    }

    /// <summary>Reads what a step made.</summary>
    /// <exception cref="InvalidDataException">The file is not what was written.</exception>
    public T Read<T>(string step, Func<CheckpointReader, T> read)
    {
        var path = PathOf(step);
        try
        {
            return CheckpointReader.ReadFile(path, read);
        }
        catch (Exception exception) when (exception is EndOfStreamException or OverflowException or FileNotFoundException)
        {
            // Begins afresh when it is asked for again.
            Remove();
            throw new InvalidDataException($"{path} is damaged and was removed. Start the training again.", exception);
        }
    }

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

/// <summary>What a training's folder says of itself.</summary>
/// <param name="Format">Of the files; see <see cref="CurrentFormat"/>.</param>
/// <param name="BegunAt">When the training read the lake.</param>
/// <param name="LakeFiles">The files of the lake that it read.</param>
/// <param name="Steps">What is finished, in order.</param>
internal sealed record CheckpointManifest(
    int Format, DateTimeOffset BegunAt, IReadOnlyList<LakeFile> LakeFiles, IReadOnlyList<FinishedStep> Steps)
{
    /// <summary>Raised whenever the outcome of a step is written differently: what an older trainer left is then not taken up.</summary>
    public const int CurrentFormat = 4;
}

/// <summary>A step whose outcome is kept.</summary>
/// <param name="Name">The step.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record FinishedStep(string Name, double Seconds);
