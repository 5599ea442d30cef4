using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace RecSys.Data.Tests;

/// <summary>Runs the tests, or what a test starts this program for.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => arguments switch
    {
        [WritingProcess.Command, var provider, var connectionString] => WritingProcess.WriteAsync(provider, connectionString),

        // As the entry point that xunit generates: an editor's test explorer asks for the testing platform.
        _ when arguments.Contains("--server") || arguments.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(arguments),
    };
}
