using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>
/// Lets one process or call at a time replace segments and imports: a compaction that read a segment before a deletion would
/// bring the deleted user back. Writers and readers need no lock. The system gives it back when a process dies.
/// </summary>
internal sealed class UpkeepLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private UpkeepLock(FileStream file) => _file = file;

    /// <summary>Takes the lock if it is free.</summary>
    /// <returns>The lock; null while another has it.</returns>
    /// <exception cref="UnauthorizedAccessException">The lake's folder can't be written.</exception>
    public static UpkeepLock? TryTake(LakeFolders folders)
    {
        DurableFiles.MakeFolder(folders.Staging);
        try
        {
            return new UpkeepLock(new FileStream(folders.UpkeepLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>Takes the lock as soon as it is free.</summary>
    public static async Task<UpkeepLock> TakeAsync(LakeFolders folders, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(folders) is { } taken)
            {
                return taken;
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    // The file stays: who waits for it must not find another of its name.
    public void Dispose() => _file.Dispose();
}
