using Xunit.Runner.InProc.SystemConsole;

namespace RecSys.Data.Tests;

/// <summary>Runs the tests, or what a test starts this program for.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) =>
        arguments is [WritingProcess.Command, var provider, var connectionString]
            ? WritingProcess.WriteAsync(provider, connectionString)
            : ConsoleRunner.Run(arguments);
}
