namespace RecSys.Standalone;

/// <summary>How the standalone system is started.</summary>
/// <param name="DataFolder">Holds the database, the lake and the lock; created when missing.</param>
/// <param name="GrpcAddress">Where all gRPC services listen (h2c), such as <see cref="FreePort"/>; null for what is configured.</param>
/// <param name="HttpAddress">Where HTTP listens, as above.</param>
/// <param name="Announced">Whether other commands that use the folder find and use this process.</param>
/// <param name="LogsShown">Whether the log goes to the console; warnings always do.</param>
/// <param name="Arguments">More configuration, as on the command line of a service.</param>
public sealed record StandaloneSettings(
    DirectoryInfo DataFolder, Uri? GrpcAddress, Uri? HttpAddress, bool Announced, bool LogsShown, IReadOnlyList<string> Arguments)
{
    /// <summary>
    /// Whether everything stays in the data folder, whatever <c>recsys.json</c> and the environment say of stores, bus and services: made-up
    /// data must not get into a system that is in use.
    /// </summary>
    public bool IsIsolated { get; init; }

    /// <summary>Whether nobody but its starter need call it, so that it starts without any token that others know.</summary>
    internal bool IsPrivate => IsIsolated || !Announced;

    /// <summary>What keeps the process busy for long, such as <c>recsys train</c>; null for a short command, which others wait for.</summary>
    public string? LongWork { get; init; }

    /// <summary>What others hear of this process; null for a short command.</summary>
    internal DataFolderHolder? Holder => Announced ? new DataFolderHolder("recsys up", DateTimeOffset.UtcNow, WillAnswer: true)
        : LongWork is null ? null
        : new DataFolderHolder(LongWork, DateTimeOffset.UtcNow, WillAnswer: false);

    /// <summary>gRPC port of <c>recsys up</c>.</summary>
    public const int DefaultGrpcPort = 5100;

    /// <summary>HTTP port of <c>recsys up</c>.</summary>
    public const int DefaultHttpPort = 5180;

    /// <summary>Any free loopback port.</summary>
    public static readonly Uri FreePort = new("http://127.0.0.1:0");

    /// <summary>For the time of one command: free ports, no log.</summary>
    public static StandaloneSettings Quiet(DirectoryInfo dataFolder) => new(dataFolder, FreePort, FreePort, Announced: false, LogsShown: false, []);

    /// <summary>Until it is stopped: the configured ports, found by other commands.</summary>
    public static StandaloneSettings ForUp(DirectoryInfo dataFolder, bool logsShown) => new(dataFolder, null, null, Announced: true, logsShown, []);

    /// <summary>
    /// As <see cref="ForUp"/>, by the arguments of the program: <c>[FOLDER] [--Section:Key=VALUE | --Section:Key VALUE]…</c>. The folder is
    /// <c>.recsys</c> when none is named.
    /// </summary>
    public static StandaloneSettings FromCommandLine(string[] arguments)
    {
        var hasFolder = arguments is [var first, ..] && !first.StartsWith('-');
        return ForUp(new DirectoryInfo(hasFolder ? arguments[0] : ".recsys"), logsShown: true) with { Arguments = hasFolder ? arguments[1..] : arguments };
    }
}
