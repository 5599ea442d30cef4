using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Lake.Tests;

/// <summary>
/// A second process that appends to a lake until it ends or is killed: the test program itself, started with a variable in
/// its environment. It prints a line for each call that returned.
/// </summary>
internal sealed class AppendingProcess : IDisposable
{
    public const int ListensPerCall = 50;

    private const string Variable = "RECSYS_LAKE_TESTS_APPEND";

    private readonly Process _process;

    public AppendingProcess(string lakeFolder, string user, int calls)
    {
        var program = Path.ChangeExtension(typeof(AppendingProcess).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        start.Environment[Variable] = string.Create(CultureInfo.InvariantCulture, $"{calls}|{user}|{lakeFolder}");
        _process = Process.Start(start)!;
    }

    /// <summary>Waits for the next confirmed call.</summary>
    /// <returns>Its number; null when the process ended.</returns>
    public async Task<int?> NextConfirmedAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line ? int.Parse(line, CultureInfo.InvariantCulture) : null;

    /// <summary>The database with the catalogue of a lake that processes share.</summary>
    public static string DatabaseIn(string lakeFolder) => Path.Combine(lakeFolder, "recsys.db");

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

    public static LakeListen Listen(string user, int call, int number) =>
        new(user, $"t{call}-{number}", new DateTimeOffset(2025, 1, 1 + (number % 3), 0, 0, 0, TimeSpan.Zero).AddSeconds(call));

    // Until it returns, only this thread can run code of this assembly: everything of the tests here is synchronous.
    [ModuleInitializer]
    internal static void AppendInsteadOfTesting()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } variable)
        {
            return;
        }

        var arguments = variable.Split('|', 3);
        var database = SampleDatabase.OpenSqliteAsync(DatabaseIn(arguments[2])).GetAwaiter().GetResult();
        using (var lake = new ListenLake(arguments[2], database.Segments))
        {
            for (var call = 0; call < int.Parse(arguments[0], CultureInfo.InvariantCulture); call++)
            {
                var listens = new LakeListen[ListensPerCall];
                for (var number = 0; number < listens.Length; number++)
                {
                    listens[number] = Listen(arguments[1], call, number);
                }

                lake.AppendAsync(listens).GetAwaiter().GetResult();
                Console.Out.WriteLine(call);
                Console.Out.Flush();
            }
        }

        Environment.Exit(0);
    }
}
