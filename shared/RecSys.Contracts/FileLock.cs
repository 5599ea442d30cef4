namespace RecSys.Contracts;

/// <summary>
/// A lock between processes on one machine, and within one: a file that only one of them has open. The system frees it when
/// its holder is gone, however it ended.
/// </summary>
public sealed class FileLock : IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock if it is free.</summary>
    /// <param name="path">The file, made with its folder where it is missing. It stays: whoever waits must not find another of its name.</param>
    /// <returns>The lock, held until disposed; null while somebody else holds it.</returns>
    /// <exception cref="IOException">The file can't be made, such as on a full disk.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder can't be written.</exception>
    public static FileLock? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (IOException exception) when (IsHeldByOther(exception))
        {
            return null;
        }
    }

    /// <summary>Takes the lock as soon as it is free.</summary>
    /// <inheritdoc cref="TryTake" path="/param"/>
    /// <inheritdoc cref="TryTake" path="/exception"/>
    public static async Task<FileLock> TakeAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(RetryInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Gives the lock back.</summary>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows; a full or read-only disk is something else.
    private static bool IsHeldByOther(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}
