using System.Text.Json;

namespace RecSys.Standalone;

/// <summary>
/// Makes sure that one process at a time works in a data folder, and tells others where it answers. The lock is an open
/// file handle, so that it is free again as soon as the process is gone, however it ended.
/// </summary>
public sealed class DataFolderLease : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _addressFile;

    private DataFolderLease(FileStream held, string addressFile)
    {
        _lock = held;
        _addressFile = addressFile;
    }

    /// <summary>Takes the folder, waiting for a short command that has it to finish.</summary>
    /// <exception cref="IOException">Another process keeps it.</exception>
    public static async Task<DataFolderLease> AcquireAsync(DirectoryInfo folder, TimeSpan patience, CancellationToken cancellationToken)
    {
        folder.Create();
        var path = Path.Combine(folder.FullName, "standalone.lock");
        var deadline = DateTime.UtcNow + patience;
        while (true)
        {
            if (TryLock(path) is { } held)
            {
                var addressFile = AddressFile(folder);
                File.Delete(addressFile);
                return new DataFolderLease(held, addressFile);
            }

            if (DateTime.UtcNow >= deadline)
            {
                throw new IOException($"Another recsys process works in '{folder.FullName}'. Stop it, or choose another folder with --data.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    /// <summary>Tells other processes where this one answers.</summary>
    public void Announce(Uri grpcAddress)
    {
        var temporary = _addressFile + ".new";
        File.WriteAllText(temporary, JsonSerializer.Serialize(new { grpc = grpcAddress }));
        File.Move(temporary, _addressFile, overwrite: true);
    }

    /// <summary>Where the process that holds the folder answers; null when none does or it has not announced itself.</summary>
    public static Uri? RunningAt(DirectoryInfo folder)
    {
        var addressFile = AddressFile(folder);
        if (!File.Exists(addressFile))
        {
            return null;
        }

        // The holder died without tidying up when its lock can be had.
        using (var free = TryLock(Path.Combine(folder.FullName, "standalone.lock")))
        {
            if (free is not null)
            {
                return null;
            }
        }

        using var json = JsonDocument.Parse(File.ReadAllText(addressFile));
        return new Uri(json.RootElement.GetProperty("grpc").GetString()!);
    }

    public void Dispose()
    {
        File.Delete(_addressFile);
        _lock.Dispose();
    }

    private static string AddressFile(DirectoryInfo folder) => Path.Combine(folder.FullName, "running.json");

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
