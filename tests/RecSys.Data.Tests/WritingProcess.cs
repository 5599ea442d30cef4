using System.Diagnostics;
using System.Globalization;
using RecSys.Data.Histories;

namespace RecSys.Data.Tests;

/// <summary>
/// A second process that trains and stores listens until it is killed: the test program itself, started with arguments of
/// its own. It prints a line for each call that returned.
/// </summary>
internal sealed class WritingProcess : IDisposable
{
    public const string Version = "half";
    public const int ListensPerCall = 20;

    /// <summary>The first argument of this program when it shall not test but write.</summary>
    public const string Command = "--write-until-killed";

    private readonly Process _process;

    public WritingProcess(string provider, string connectionString)
    {
        var program = Path.ChangeExtension(typeof(WritingProcess).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        var start = new ProcessStartInfo(program, [Command, provider, connectionString]) { RedirectStandardOutput = true };
        _process = Process.Start(start)!;
    }

    public static RecentListenRow Listen(int call, int number) =>
        new($"user{number % 3}", $"track{call}-{number}", DateTimeOffset.UnixEpoch.AddSeconds(call));

    /// <summary>Waits for the next confirmed call.</summary>
    /// <returns>Its number; null when the process ended.</returns>
    public async Task<int?> NextConfirmedAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line ? int.Parse(line, CultureInfo.InvariantCulture) : null;

    /// <summary>SIGKILL: nothing of the process runs any more.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    public static async Task<int> WriteAsync(string provider, string connectionString)
    {
        await using var database = new TestDatabase(provider, connectionString, ("RecentListensPerUser", "100000"));
        await using var lease = await database.TrainerLock.TryAcquireAsync(CancellationToken.None);
        await database.Models.BeginAsync(Version, new Dictionary<string, string>(), CancellationToken.None);
        await database.Models.WriteSimilarAsync(Version, [new("track", ["near"], [1])], CancellationToken.None);
        for (var call = 0; ; call++)
        {
            var listens = Enumerable.Range(0, ListensPerCall).Select(number => Listen(call, number)).ToArray();
            await database.History.AddAsync(listens, CancellationToken.None);
            Console.Out.WriteLine(call);
            await Console.Out.FlushAsync();
        }
    }
}
