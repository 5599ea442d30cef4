using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using RecSys.Lake;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Pipeline;

/// <summary>
/// The folder in which unfinished trainings keep what their finished steps made. A training goes on where one with the same
/// settings stopped, unless that is too long ago, somebody was deleted since, or a file of the lake that it read is no longer there: then
/// what it read may have been deleted on purpose. Files that came since are left to the next training.
/// </summary>
internal sealed class CheckpointStore(IOptions<TrainerOptions> options, TimeProvider clock, ILogger<CheckpointStore> logger)
{
    private readonly string _root = Path.GetFullPath(options.Value.WorkFolder);

    /// <summary>Takes up the training with these settings, or begins it. The folder is this process's until the checkpoint is disposed.</summary>
    /// <param name="settings">All settings of the training.</param>
    /// <param name="lakeFiles">The paths of the segments and imports that the lake has now.</param>
    /// <param name="heededDeletions">The number of the newest deletion, asked before that.</param>
    /// <exception cref="WorkFolderException">The folder can't be used.</exception>
    public TrainingCheckpoint Open(TrainingSettings settings, IReadOnlyList<string> lakeFiles, long heededDeletions)
    {
        var folderLock = Lock();
        try
        {
            var folder = Path.Combine(_root, KeyOf(settings));
            RemoveStale(lakeFiles, heededDeletions);
            if (ReadManifest(folder) is { Steps.Count: > 0 } manifest)
            {
                return new TrainingCheckpoint(folder, manifest, folderLock);
            }

            Remove(folder);
            Directory.CreateDirectory(folder);
            return new TrainingCheckpoint(
                folder, new CheckpointManifest(CheckpointManifest.CurrentFormat, clock.GetUtcNow(), lakeFiles, [], heededDeletions), folderLock);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            folderLock.Dispose();
            throw new WorkFolderException(_root, exception);
        }
    }

    /// <summary>Removes what no training may take up any more.</summary>
    /// <param name="lakeFiles">The paths of the segments and imports that the lake has now.</param>
    /// <param name="heededDeletions">The number of the newest deletion, asked before that.</param>
    /// <returns>False when the folder is in use or can't be used, so that something may be left.</returns>
    public bool TidyUp(IReadOnlyList<string> lakeFiles, long heededDeletions)
    {
        if (!Directory.Exists(_root))
        {
            return true;
        }

        try
        {
            using var folderLock = Lock();
            RemoveStale(lakeFiles, heededDeletions);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or WorkFolderException)
        {
            TrainerLog.WorkFolderNotTidied(logger, exception.Message);
            return false;
        }
    }

    /// <summary>The same for the same settings, whatever order they were given in.</summary>
    private static string KeyOf(TrainingSettings settings)
    {
        var text = string.Join('\n', settings.ToText().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
        return "training-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    private static CheckpointManifest? ReadManifest(string folder)
    {
        var file = Path.Combine(folder, TrainingCheckpoint.ManifestFile);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(file)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void RemoveStale(IReadOnlyList<string> lakeFiles, long heededDeletions)
    {
        var present = lakeFiles.ToHashSet();
        foreach (var folder in Directory.EnumerateDirectories(_root, "training-*"))
        {
            var manifest = ReadManifest(folder);
            if (manifest is not { Format: CheckpointManifest.CurrentFormat }
                || manifest.HeededDeletions < heededDeletions
                || clock.GetUtcNow() - manifest.BegunAt > options.Value.ResumeWithin
                || !manifest.LakeFiles.All(present.Contains))
            {
                Remove(folder);
            }
        }
    }

    private FileStream Lock()
    {
        try
        {
            Directory.CreateDirectory(_root);
            return new FileStream(Path.Combine(_root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WorkFolderException(_root, exception);
        }
    }
}

/// <summary>The folder for unfinished trainings can't be used.</summary>
internal sealed class WorkFolderException(string folder, Exception cause) : Exception(
    $"The work folder {folder} can't be used: {cause.Message} Give each trainer a folder of its own that it may write (Trainer:WorkFolder).", cause);

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
/// <param name="LakeFiles">The paths of the segments and imports that it read.</param>
/// <param name="Steps">What is finished, in order.</param>
/// <param name="HeededDeletions">The number of the newest deletion that what it read heeds.</param>
internal sealed record CheckpointManifest(
    int Format, DateTimeOffset BegunAt, IReadOnlyList<string> LakeFiles, IReadOnlyList<FinishedStep> Steps, long HeededDeletions = 0)
{
    /// <summary>Raised whenever the outcome of a step is written differently: what an older trainer left is then not taken up.</summary>
    public const int CurrentFormat = 4;
}

/// <summary>A step whose outcome is kept.</summary>
/// <param name="Name">The step.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record FinishedStep(string Name, double Seconds);
