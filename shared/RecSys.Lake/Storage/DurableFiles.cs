using System.Runtime.InteropServices;

namespace RecSys.Lake.Storage;

/// <summary>
/// File operations that survive a crash or power cut: content is flushed before a name makes it visible, and the folder
/// that holds the name is flushed after.
/// </summary>
internal static partial class DurableFiles
{
    private const int OpenReadOnly = 0;

    /// <summary>Flushes a file's content to the disk.</summary>
    public static void FlushFile(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Flushes a folder, that is the names in it, to the disk. Windows has no such call and needs none.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = open(folder, OpenReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"The folder {folder} can't be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        try
        {
            if (fsync(descriptor) != 0)
            {
                throw new IOException($"The folder {folder} can't be flushed to the disk: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    /// <summary>Makes a folder and those above it, each flushed into its parent.</summary>
    public static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder);
        if (!string.IsNullOrEmpty(parent))
        {
            MakeFolder(parent);
        }

        Directory.CreateDirectory(folder);
        if (!string.IsNullOrEmpty(parent))
        {
            FlushFolder(parent);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
