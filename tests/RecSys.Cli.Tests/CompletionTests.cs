using RecSys.TestKit;

namespace RecSys.Cli.Tests;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("recsys mod", "models")]
    [InlineData("recsys models act", "activate")]
    [InlineData("recsys import lastfm-c", "lastfm-csv")]
    [InlineData("recsys recommend --incl", "--include-heard")]
    public async Task Bash_completes_what_was_begun(string line, string expected)
    {
        // What bash does when Tab is pressed at the end of the line.
        var output = await ChildProcess.RunAsync("bash", ["-c", $$"""
            recsys() { dotnet '{{Tool.Assembly}}' "$@"; }
            eval "$(recsys completion bash)"
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=({{line}})
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _recsys
            printf '%s\n' "$COMPREPLY"
            """]);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe([expected]);
    }

    [Fact]
    public async Task A_shell_without_a_script_is_refused_with_those_that_have_one()
    {
        var (exitCode, output) = await Tool.RunAsync("completion", "tcsh");
        exitCode.ShouldBe(2);
        output.ShouldContain("bash");
        output.ShouldContain("pwsh");
    }
}
