using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using RecSys.Lake;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Pipeline;

/// <summary>
/// The folder in which unfinished trainings keep what their finished steps made. A training goes on where one with the same
/// settings stopped, unless that is too long ago or a file of the lake that it read is no longer there: then what it read may have
/// been deleted on purpose. Files that came since are left to the next training.
/// </summary>
internal sealed class CheckpointStore(IOptions<TrainerOptions> options, TimeProvider clock, ILogger<CheckpointStore> logger)
{
    private readonly string _root = Path.GetFullPath(options.Value.WorkFolder);

    /// <summary>Takes up the training with these settings, or begins it. The folder is this process's until the checkpoint is disposed.</summary>
    /// <param name="settings">All settings of the training.</param>
    /// <param name="lakeFiles">The files that the lake has now.</param>
    /// <exception cref="WorkFolderException">The folder can't be used.</exception>
    public TrainingCheckpoint Open(TrainingSettings settings, IReadOnlyList<LakeFile> lakeFiles)
    {
        var folderLock = Lock();
        try
        {
            var folder = Path.Combine(_root, KeyOf(settings));
            RemoveStale(lakeFiles);
            if (ReadManifest(folder) is { Steps.Count: > 0 } manifest)
            {
                return new TrainingCheckpoint(folder, manifest, folderLock);
            }

            Remove(folder);
            Directory.CreateDirectory(folder);
            return new TrainingCheckpoint(
                folder, new CheckpointManifest(CheckpointManifest.CurrentFormat, clock.GetUtcNow(), lakeFiles, []), folderLock);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            folderLock.Dispose();
            throw new WorkFolderException(_root, exception);
        }
    }

    /// <summary>Removes what no training may take up any more.</summary>
    /// <param name="lakeFiles">The files that the lake has now.</param>
    public void TidyUp(IReadOnlyList<LakeFile> lakeFiles)
    {
        if (!Directory.Exists(_root))
        {
            return;
        }

        try
        {
            using var folderLock = Lock();
            RemoveStale(lakeFiles);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or WorkFolderException)
        {
            TrainerLog.WorkFolderNotTidied(logger, exception.Message);
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

    private void RemoveStale(IReadOnlyList<LakeFile> lakeFiles)
    {
        var present = lakeFiles.ToHashSet();
        foreach (var folder in Directory.EnumerateDirectories(_root, "training-*"))
        {
            var manifest = ReadManifest(folder);
            if (manifest is not { Format: CheckpointManifest.CurrentFormat }
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
