namespace RecSys.Data.Locks;

/// <summary>A lock between processes (and within one) on this machine. The system frees it when its holder dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    /// <returns>What holds the lock until disposed; null when somebody else holds it.</returns>
    public static FileStream? TryAcquire(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsHeldByOther(exception))
        {
            return null;
        }
    }

    public static async Task<FileStream> AcquireAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryAcquire(path) is { } held)
            {
                return held;
            }

            await Task.Delay(RetryInterval, cancellationToken);
        }
    }

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows; a full or read-only disk is something else.
    private static bool IsHeldByOther(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}
