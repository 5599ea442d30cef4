using RecSys.TestKit;

namespace RecSys.Cli.Tests;

public sealed class ConfigTests : IDisposable
{
    private readonly TempFolder _folder = new("cli-config");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Settings_are_shown_with_where_they_come_from_and_secrets_stay_hidden()
    {
        var file = _folder.File("recsys.json");
        await File.WriteAllTextAsync(file, """{"Lake": {"Root": "/somewhere"}}""");
        var environment = new Dictionary<string, string?> { ["RECSYS__SETTINGSFILE"] = file, ["RECSYS__BUS__URI"] = "amqp://ann:top-secret@127.0.0.1/" };

        var (exitCode, output) = await Tool.RunAsync(["config", "show"], environment);

        exitCode.ShouldBe(0, output);
        output.ShouldContain("Lake:Root");
        output.ShouldContain("/somewhere");
        output.ShouldContain(file);
        output.ShouldContain("RECSYS__BUS__URI");
        output.ShouldContain("(hidden)");
        output.ShouldNotContain("top-secret");
        output.ShouldNotContain("Endpoints:");
    }

    [Fact]
    public async Task A_setting_is_explained_by_its_name()
    {
        var settings = await Tool.JsonAsync("config", "show", "serving:candidatecount");
        settings.GetArrayLength().ShouldBe(1);
        settings[0].GetProperty("key").GetString().ShouldBe("Serving:CandidateCount");
        settings[0].GetProperty("source").GetString().ShouldBe("default");
        settings[0].GetProperty("description").GetString().ShouldNotBeNullOrEmpty();

        var (exitCode, output) = await Tool.RunAsync("config", "show", "Nonsense");
        exitCode.ShouldBe(2);
        output.ShouldContain("Nonsense isn't a setting. The sections are ");
    }

    [Fact]
    public async Task Bad_settings_are_named_with_the_nearest_right_one_before_anything_starts()
    {
        var environment = new Dictionary<string, string?> { ["RECSYS__SERVING__CANDIDATECONT"] = "5" };
        var (exitCode, output) = await Tool.RunAsync(["config", "check", "--data", _folder.File("data")], environment);
        exitCode.ShouldBe(2);
        output.ShouldContain("Did you mean Serving:CandidateCount?");
        Directory.Exists(_folder.File("data")).ShouldBeFalse();

        (exitCode, output) = await Tool.RunAsync("config", "check");
        exitCode.ShouldBe(0, output);
        output.ShouldContain("The settings can be used.");
    }
}
