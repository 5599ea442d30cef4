using RecSys.TestKit;

namespace RecSys.Cli.Tests;

/// <summary>Calls that can't come to anything: told so before any work, in one line and with exit code 2.</summary>
public sealed class BadCallTests
{
    [Theory]
    [InlineData("See 'recsys models compare --help'.", "models", "compare")]
    [InlineData("See 'recsys train --help'.", "train", "--nonsense")]
    [InlineData("See 'recsys --help'.", "nonsense")]
    public async Task The_help_that_is_named_is_that_of_the_command(string expected, params string[] arguments)
    {
        var call = await CliCall.RunAsync(arguments);

        call.ExitCode.ShouldBe(2);
        call.Error.TrimEnd().ShouldEndWith(expected);
        call.Error.TrimEnd().ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("'recomend' is not a command of 'recsys'. Did you mean 'recommend'?", "recomend", "ann")]
    [InlineData("'zebra' is not a command of 'recsys'.", "zebra")]
    [InlineData("'rolback' is not a command of 'recsys models'. Did you mean 'rollback'?", "models", "rolback")]
    [InlineData("'--forze' is not an option of 'recsys train'. Did you mean '--force'?", "train", "--forze")]
    [InlineData("-n ten: a whole number from 1 to 100 is needed", "recommend", "ann", "-n", "ten")]
    [InlineData("--count 0: a whole number from 1 to 100 is needed", "similar", "t", "--count", "0")]
    [InlineData("-n 1001: a whole number from 1 to 1,000 is needed", "history", "ann", "-n", "1001")]
    [InlineData("--seed x: a whole number", "demo", "--seed", "x")]
    [InlineData("--level albums: track or artist is needed", "import", "triples", "f.csv", "--level", "albums")]
    [InlineData("--grpc-port 99999: a whole number from 0 to 65,535 is needed", "up", "--grpc-port", "99999")]
    [InlineData("--gap 5x: give a time above zero with its unit", "report", "--gap", "5x")]
    [InlineData("--tune-minutes soon: a number of minutes above 0 is needed", "evaluate", "--tune-minutes", "soon")]
    public async Task What_is_wrong_is_named_with_the_nearest_right_word(string expected, params string[] arguments)
    {
        var call = await CliCall.RunAsync(arguments);

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(expected);
        call.Error.TrimEnd().ShouldNotContain('\n');
        call.Error.ShouldNotContain("System.");
    }

    [Fact]
    public async Task A_name_that_begins_with_an_at_sign_is_a_name()
    {
        using var folder = new TempFolder("at-sign");

        var call = await CliCall.RunAsync("history", "@ann", "--data", folder.File("no-data"));

        call.Error.ShouldContain("there is no data folder");
    }

    [Fact]
    public async Task Words_that_are_allowed_stand_in_one_line_without_tabs()
    {
        var call = await CliCall.RunAsync("models", "export", "--format", "foo", "--output", "out");

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain("Must be one of: 'parquet' 'jsonl' 'npz'.");
    }

    [Fact]
    public async Task A_JSON_file_that_cannot_be_written_is_refused_before_the_work()
    {
        using var folder = new TempFolder("bad-call");
        var data = folder.File("data");
        Directory.CreateDirectory(data);
        var kept = folder.File("kept.json");
        await File.WriteAllTextAsync(kept, "as it was");

        var missing = await CliCall.RunAsync("train", "--data", data, "--json", folder.File("none/result.json"));
        var isFolder = await CliCall.RunAsync("train", "--data", data, "--json", data);
        var unused = await CliCall.RunAsync("train", "--data", folder.File("no-data"), "--json", folder.File("unused.json"));
        var existing = await CliCall.RunAsync("train", "--data", folder.File("no-data"), "--json", kept);

        missing.ExitCode.ShouldBe(2);
        missing.Error.ShouldContain("none/result.json lies in a folder that is not there; create it first");
        isFolder.ExitCode.ShouldBe(2);
        isFolder.Error.ShouldContain("is a folder; name a file");
        Directory.EnumerateFileSystemEntries(data).ShouldBeEmpty();
        unused.Error.ShouldContain("there is no data folder");
        File.Exists(folder.File("unused.json")).ShouldBeFalse();
        existing.ExitCode.ShouldBe(2);
        (await File.ReadAllTextAsync(kept)).ShouldBe("as it was");
    }
}
