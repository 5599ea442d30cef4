namespace RecSys.TestKit;

/// <summary>A fresh folder below the system's temporary folder, removed on dispose and also when this process dies.</summary>
public sealed class TempFolder : IDisposable
{
    private const string Memory = "/dev/shm";
    private const long EnoughMemory = 4L << 30;

    public TempFolder(string name = "test")
        : this(Directory.CreateTempSubdirectory(Prefix(name)))
    {
    }

    private TempFolder(DirectoryInfo folder)
    {
        Path = folder.FullName;
        Watchdog.Instance.AddFolder(Path);
    }

    /// <summary>
    /// A folder in memory where there is plenty of it, otherwise as any other: for servers that make and delete files by the thousand.
    /// Disks grow slow by that: ext4 passes over the places of files that were deleted in the last minutes, one by one.
    /// </summary>
    public static TempFolder InMemory(string name)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(Memory) || new DriveInfo(Memory).AvailableFreeSpace < EnoughMemory)
        {
            return new TempFolder(name);
        }

        // As CreateTempSubdirectory does it: nobody else may look inside.
        return new TempFolder(Directory.CreateDirectory(
            System.IO.Path.Combine(Memory, Prefix(name) + Guid.NewGuid().ToString("N")), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    /// <summary>The folder's absolute path.</summary>
    public string Path { get; }

    /// <summary>The absolute path of <paramref name="relativePath"/> in this folder; nothing is created.</summary>
    public string File(string relativePath) => System.IO.Path.Combine(Path, relativePath);

    /// <summary>Creates a folder in this folder and returns its absolute path.</summary>
    public string CreateFolder(string relativePath) => Directory.CreateDirectory(File(relativePath)).FullName;

    private static string Prefix(string name) => $"recsys-{name}-";

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
        catch (IOException)
        {
            // A server that is still letting go of its files; the watchdog removes the folder when this process ends.
        }
    }
}
