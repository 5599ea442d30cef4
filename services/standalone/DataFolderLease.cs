using System.Globalization;
using System.Text.Json;
using RecSys.Contracts;

namespace RecSys.Standalone;

/// <summary>
/// Makes sure that one process at a time works in a data folder, and tells others who it is and where it answers. The lock goes
/// with its process, however that ends.
/// </summary>
public sealed class DataFolderLease : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Of a system that loads a large version on a slow disk.
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(5);

    private readonly FileLock _lock;
    private readonly string _holderFile;
    private readonly DataFolderHolder? _holder;

    private DataFolderLease(FileLock taken, string holderFile, DataFolderHolder? holder)
    {
        _lock = taken;
        _holderFile = holderFile;
        _holder = holder;
    }

    /// <summary>Takes the folder, or finds the process that answers in it. One that is coming up is waited for.</summary>
    /// <param name="folder">The folder; created when missing.</param>
    /// <param name="holder">What takes it, when it is more than a short command.</param>
    /// <param name="patience">For how long to wait for a process that answers nobody.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The folder, held until disposed; or else the address of the process that holds it.</returns>
    /// <exception cref="IOException">
    /// Another process keeps the folder and answers nobody; when both of them are long work it comes at once. The message says which
    /// process and since when.
    /// </exception>
    public static Task<(DataFolderLease? Taken, Uri? Running)> EnterAsync(
        DirectoryInfo folder, DataFolderHolder? holder, TimeSpan patience, CancellationToken cancellationToken) =>
        EnterAsync(folder, holder, other => holder is not null && !other.WillAnswer, patience, cancellationToken);

    /// <summary>Takes the folder for a process that others shall use there. A short command that has it is waited for.</summary>
    /// <inheritdoc cref="EnterAsync" path="/param"/>
    /// <exception cref="IOException">Another process keeps the folder; unless that is a short command it comes at once. The message says which process.</exception>
    public static async Task<DataFolderLease> TakeAsync(
        DirectoryInfo folder, DataFolderHolder? holder, TimeSpan patience, CancellationToken cancellationToken) =>
        (await EnterAsync(folder, holder, other => holder is not null, patience, cancellationToken)).Taken
        ?? throw new IOException(Describe(ReadHolder(folder), folder));

    /// <summary>Tells other processes where this one answers.</summary>
    public void Announce(Uri grpcAddress) =>
        Write(_holderFile, (_holder ?? throw new InvalidOperationException("A short command answers nobody.")) with { Grpc = grpcAddress });

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        File.Delete(_holderFile);
        _lock.Dispose();
    }

    private static async Task<(DataFolderLease? Taken, Uri? Running)> EnterAsync(
        DirectoryInfo folder, DataFolderHolder? holder, Func<DataFolderHolder, bool> isHopeless, TimeSpan patience, CancellationToken cancellationToken)
    {
        folder.Create();
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (TryTake(folder, holder) is { } taken)
            {
                return (taken, null);
            }

            var other = ReadHolder(folder);
            var waited = TimeProvider.System.GetElapsedTime(begun);
            if (other is not null && isHopeless(other))
            {
                throw new IOException(Describe(other, folder));
            }

            if (other?.Grpc is { } address)
            {
                return (null, address);
            }

            if (waited >= (other is { WillAnswer: true } && patience < LongestStart ? LongestStart : patience))
            {
                throw new IOException(Describe(other, folder));
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static DataFolderLease? TryTake(DirectoryInfo folder, DataFolderHolder? holder)
    {
        if (FileLock.TryTake(Path.Combine(folder.FullName, "standalone.lock")) is not { } taken)
        {
            return null;
        }

        // What a killed process left.
        var file = HolderFile(folder);
        File.Delete(file);
        if (holder is not null)
        {
            Write(file, holder);
        }

        return new DataFolderLease(taken, file, holder);
    }

    private static string Describe(DataFolderHolder? other, DirectoryInfo folder) => other is null
        ? $"Another recsys process works in '{folder.FullName}'. Stop it, or choose another folder with --data."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"'{other.Command}' has been at work in '{folder.FullName}' since {other.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss}{(other.Grpc is null ? "" : $" and answers at {other.Grpc}")}. {(other.WillAnswer ? "Stop it" : "Wait for its end")}, or choose another folder with --data.");

    private static void Write(string file, DataFolderHolder holder)
    {
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(holder, JsonSerializerOptions.Web));
        File.Move(file + ".new", file, overwrite: true);
    }

    private static DataFolderHolder? ReadHolder(DirectoryInfo folder)
    {
        try
        {
            return JsonSerializer.Deserialize<DataFolderHolder>(File.ReadAllText(HolderFile(folder)), JsonSerializerOptions.Web);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static string HolderFile(DirectoryInfo folder) => Path.Combine(folder.FullName, "running.json");
}

/// <summary>What has a data folder for long.</summary>
/// <param name="Command">As people call it, such as <c>recsys up</c>.</param>
/// <param name="Since">When it took the folder.</param>
/// <param name="WillAnswer">Whether it lets other commands use it as soon as it is up.</param>
/// <param name="Grpc">Where it answers; null when it does not, or not yet.</param>
public sealed record DataFolderHolder(string Command, DateTimeOffset Since, bool WillAnswer, Uri? Grpc = null);
