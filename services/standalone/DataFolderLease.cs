using System.Globalization;
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
    private readonly string _workFile;

    private DataFolderLease(FileStream held, string addressFile, string workFile)
    {
        _lock = held;
        _addressFile = addressFile;
        _workFile = workFile;
    }

    /// <summary>Takes the folder, waiting for a short command that has it to finish.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="patience">For how long to wait.</param>
    /// <param name="longWork">What keeps this process busy for long, such as <c>recsys train</c>; two such processes don't wait for each other. Null for a short command.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="IOException">Another process keeps it.</exception>
    public static async Task<DataFolderLease> AcquireAsync(DirectoryInfo folder, TimeSpan patience, string? longWork, CancellationToken cancellationToken)
    {
        folder.Create();
        var path = Path.Combine(folder.FullName, "standalone.lock");
        var workFile = Path.Combine(folder.FullName, "working.json");
        var deadline = DateTime.UtcNow + patience;
        while (true)
        {
            if (TryLock(path) is { } held)
            {
                var addressFile = AddressFile(folder);
                File.Delete(addressFile);
                File.Delete(workFile);
                if (longWork is not null)
                {
                    Replace(workFile, new LongWork(longWork, DateTimeOffset.UtcNow));
                }

                return new DataFolderLease(held, addressFile, workFile);
            }

            var other = ReadWork(workFile);
            if ((other is not null && longWork is not null) || DateTime.UtcNow >= deadline)
            {
                throw new IOException(other is null
                    ? $"Another recsys process works in '{folder.FullName}'. Stop it, or choose another folder with --data."
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"'{other.Work}' has been at work in '{folder.FullName}' since {other.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss}. Wait for its end, or choose another folder with --data."));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    /// <summary>Tells other processes where this one answers.</summary>
    public void Announce(Uri grpcAddress) => Replace(_addressFile, new { grpc = grpcAddress });

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
        File.Delete(_workFile);
        _lock.Dispose();
    }

    private static void Replace<T>(string file, T content)
    {
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(content));
        File.Move(file + ".new", file, overwrite: true);
    }

    private static LongWork? ReadWork(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<LongWork>(File.ReadAllText(file));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
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

    private sealed record LongWork(string Work, DateTimeOffset Since);
}
