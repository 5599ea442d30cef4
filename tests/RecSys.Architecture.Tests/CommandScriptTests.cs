using System.Diagnostics;

namespace RecSys.Architecture.Tests;

/// <summary>The <c>recsys</c> script, in a checkout of its own with a <c>dotnet</c> that builds an empty file.</summary>
public sealed class CommandScriptTests : IDisposable
{
    private const string DotnetThatBuildsNothing =
        """
        #!/bin/sh
        [ "$1" = build ] || { echo "ran $2"; exit; }
        mkdir -p "$(dirname "$2")/bin/Release/net10.0" && touch "$(dirname "$2")/bin/Release/net10.0/recsys.dll"
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("recsys-script-");

    public CommandScriptTests()
    {
        foreach (var folder in new[] { "protos", "shared", "services/cli", "bin", ".ci" })
        {
            _folder.CreateSubdirectory(folder);
        }

        File.Copy(Repository.PathTo("Directory.Build.props"), PathTo("Directory.Build.props"));
        File.Copy(Repository.PathTo("Directory.Build.targets"), PathTo("Directory.Build.targets"));
        File.Copy(Repository.PathTo("global.json"), PathTo("global.json"));

        // Copies keep the right to be run.
        File.Copy(Repository.PathTo("recsys"), PathTo("recsys"));
        File.Copy(Repository.PathTo(".ci", "build"), PathTo(".ci/build"));
        File.Copy(Repository.PathTo("recsys"), PathTo("bin/dotnet"));
        File.WriteAllText(PathTo("bin/dotnet"), DotnetThatBuildsNothing);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_start_that_builds_says_so_where_no_terminal_is_and_the_next_one_is_silent()
    {
        var first = await RunAsync("up");
        var second = await RunAsync("up");

        first.Output.ShouldBe("ran up\n");
        first.Error.ShouldStartWith("Building RecSys");
        first.Error.Count(character => character == '\n').ShouldBe(1);
        second.ShouldBe(("ran up\n", ""));
    }

    private async Task<(string Output, string Error)> RunAsync(string command)
    {
        var start = new ProcessStartInfo(PathTo("recsys"), [command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{PathTo("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (output, await error);
    }

    private string PathTo(string path) => Path.Combine(_folder.FullName, path);
}
