using System.Text.Json;
using RecSys.TestKit;

namespace RecSys.Cli.Tests;

/// <summary>The command as a person runs it: in this process where that makes no difference, or as a process of its own.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>The program.</summary>
    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "recsys.dll");

    /// <summary>Runs a command that must succeed, and gives back its JSON.</summary>
    public static async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        using var folder = new TempFolder("cli-json");
        var file = folder.File("result.json");
        var (exitCode, output) = await RunAsync([.. arguments, "--json", file]);
        exitCode.ShouldBe(0, output);
        return JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
    }

    /// <summary>Runs a command in this process; its exit code, what it printed and then what it said of failures.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => RunAsync(arguments, new Dictionary<string, string?>());

    /// <summary>The same with variables in its environment.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string[] arguments, IReadOnlyDictionary<string, string?> environment)
    {
        var call = await CliCall.RunAsync(arguments, environment);
        return (call.ExitCode, call.Output + call.Error);
    }

    /// <summary>Runs a command as a process; its exit code and everything that it printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunProcessAsync(string[] arguments, IReadOnlyDictionary<string, string?> environment)
    {
        await using var process = await StartAsync(arguments, environment);
        var exitCode = await process.WaitForExitAsync(Patience);
        return (exitCode, process.Output);
    }

    public static Task<ChildProcess> StartAsync(params string[] arguments) => StartAsync(arguments, new Dictionary<string, string?>());

    private static Task<ChildProcess> StartAsync(string[] arguments, IReadOnlyDictionary<string, string?> environment) =>
        CliCall.BetweenCallsAsync(() => ChildProcess.StartDotnet(Assembly, arguments, environment.Append(KeyValuePair.Create<string, string?>("RECSYS_SERVER", null))));
}
