using System.Runtime.InteropServices;

namespace RecSys.Lake.Storage;

/// <summary>
/// File operations that survive a crash or power cut: content is flushed before a name makes it visible, and the folder
/// that holds the name is flushed after.
/// </summary>
internal static partial class DurableFiles
{
    private const int OpenReadOnly = 0;
    private const int InvalidArgument = 22;
    private const int CurrentFolder = -100;
    private const uint RenameExchange = 2;

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
            // Some network file systems can't flush folders and need not: they say that the argument is invalid.
            if (fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
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

    /// <summary>
    /// Gives a finished folder of files its final name and removes the folder that had it before. On Linux readers see the
    /// old or the new one at every moment; elsewhere there is an instant without either.
    /// </summary>
    public static void ReplaceFolder(string staged, string final)
    {
        foreach (var file in Directory.EnumerateFiles(staged))
        {
            FlushFile(file);
        }

        FlushFolder(staged);
        if (!Directory.Exists(final))
        {
            Directory.Move(staged, final);
        }
        else
        {
            if (!TryExchange(staged, final))
            {
                var aside = staged + "-old";
                Directory.Move(final, aside);
                Directory.Move(staged, final);
                Directory.Move(aside, staged);
            }

            Directory.Delete(staged, recursive: true);
        }

        FlushFolder(Path.GetDirectoryName(final)!);
    }

    private static bool TryExchange(string first, string second)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            // Some file systems can't: then the slower way is taken.
            return renameat2(CurrentFolder, first, CurrentFolder, second, RenameExchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int renameat2(int firstFolder, string first, int secondFolder, string second, uint flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
