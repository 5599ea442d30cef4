namespace RecSys.TestKit;

/// <summary>A fresh folder below the system's temporary folder, removed on dispose and also when this process dies.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder(string name = "test")
    {
        Path = Directory.CreateTempSubdirectory($"recsys-{name}-").FullName;
        Watchdog.Instance.AddFolder(Path);
    }

    /// <summary>The folder's absolute path.</summary>
    public string Path { get; }

    /// <summary>The absolute path of <paramref name="relativePath"/> in this folder; nothing is created.</summary>
    public string File(string relativePath) => System.IO.Path.Combine(Path, relativePath);

    /// <summary>Creates a folder in this folder and returns its absolute path.</summary>
    public string CreateFolder(string relativePath) => Directory.CreateDirectory(File(relativePath)).FullName;

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
