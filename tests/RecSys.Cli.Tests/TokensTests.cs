using RecSys.Standalone;
using RecSys.TestKit;

namespace RecSys.Cli.Tests;

public sealed class TokensTests : IDisposable
{
    private readonly TempFolder _folder = new("cli-tokens");

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_token_is_shown_once_listed_without_its_secret_and_ended()
    {
        var created = (await CliCall.RunAsync("tokens", "create", "player", "--scope", "submit,read", "--expires", "90d", "--data", Data, "--json")).Json;
        var token = created.GetProperty("token").GetString()!;
        token.ShouldMatch("^recsys_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$");
        (created.GetProperty("expiresAt").GetDateTimeOffset() - created.GetProperty("createdAt").GetDateTimeOffset()).ShouldBe(TimeSpan.FromDays(90));
        var second = await CliCall.RunAsync("tokens", "create", "boss", "--scope", "admin", "--data", Data);
        second.Output.Split('\n')[0].ShouldMatch("^recsys_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$");

        var listed = await CliCall.RunAsync("tokens", "list", "--data", Data, "--json");
        listed.Output.ShouldNotContain(token[^43..]);
        var rows = listed.Json.GetProperty("tokens").EnumerateArray().ToArray();
        rows.Select(row => row.GetProperty("name").GetString()).ShouldBe(["player", "boss"]);
        rows[0].GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()).ShouldBe(["submit", "read"]);
        rows[0].GetProperty("id").GetString().ShouldBe(created.GetProperty("id").GetString());
        (await CliCall.RunAsync("tokens", "list", "--data", Data)).Output.ShouldContain("submit, read");

        (await CliCall.RunAsync("tokens", "revoke", "player", "--data", Data, "--json")).Json.GetProperty("state").GetString().ShouldBe("revoked");
        (await CliCall.RunAsync("tokens", "list", "--data", Data, "--json")).Json.GetProperty("tokens")[0].GetProperty("state").GetString().ShouldBe("revoked");
        var again = await CliCall.RunAsync("tokens", "revoke", "player", "--data", Data);
        again.ExitCode.ShouldBe(2);
        again.Error.ShouldContain("there is no token 'player'");
    }

    [Theory]
    [InlineData("--scope write: submit, read or admin is needed", "tokens", "create", "player", "--scope", "read,write")]
    [InlineData("--scope", "tokens", "create", "player")]
    [InlineData("--expires soon: give a time above zero with its unit", "tokens", "create", "player", "--scope", "read", "--expires", "soon")]
    [InlineData("NAME: 1 to 200 characters", "tokens", "create", " ", "--scope", "read")]
    [InlineData("there is no data folder", "tokens", "list")]
    [InlineData("there is no data folder", "tokens", "revoke", "player")]
    public async Task A_call_that_makes_no_sense_is_told_what_would(string said, params string[] arguments)
    {
        var call = await CliCall.RunAsync([.. arguments, "--data", Data]);

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(said);
        call.Error.TrimEnd().ShouldNotContain('\n');
        Directory.Exists(Data).ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_is_given_to_one_token_at_a_time()
    {
        (await CliCall.RunAsync("tokens", "create", "player", "--scope", "read", "--data", Data)).ExitCode.ShouldBe(0);

        var second = await CliCall.RunAsync("tokens", "create", "player", "--scope", "read", "--data", Data);

        second.ExitCode.ShouldBe(2);
        second.Error.ShouldContain("there is a token 'player' already");
    }

    [Fact]
    public async Task A_running_system_that_needs_tokens_is_used_with_one_wherever_it_comes_from()
    {
        var token = (await CliCall.RunAsync("tokens", "create", "player", "--scope", "read", "--data", Data, "--json")).Json.GetProperty("token").GetString()!;
        File.WriteAllText(_folder.File("token"), token + "\n");
        await using var host = await StandaloneHost.StartAsync(
            StandaloneSettings.ForUp(new DirectoryInfo(Data), logsShown: false) with
            {
                GrpcAddress = StandaloneSettings.FreePort,
                HttpAddress = StandaloneSettings.FreePort,
                Arguments = ["--Security:Tokens=Required"],
            });
        string[] history = ["history", "ann", "--data", Data];
        string[] server = ["history", "ann", "--server", host.GrpcAddress.ToString()];

        var without = await CliCall.RunAsync(history);
        without.ExitCode.ShouldBe(2);
        without.Error.ShouldContain("--token-file");
        (await CliCall.RunAsync([.. history, "--token", token])).ExitCode.ShouldBe(0);
        (await CliCall.RunAsync([.. server, "--token-file", _folder.File("token")])).ExitCode.ShouldBe(0);
        (await CliCall.RunAsync(server, new Dictionary<string, string?> { ["RECSYS_TOKEN"] = token })).ExitCode.ShouldBe(0);
        (await CliCall.RunAsync(server, new Dictionary<string, string?> { ["RECSYS_TOKEN_FILE"] = _folder.File("token") })).ExitCode.ShouldBe(0);

        var wrongScope = await CliCall.RunAsync("models", "rollback", "--data", Data, "--token", token);
        wrongScope.ExitCode.ShouldBe(2);
        wrongScope.Error.ShouldContain("This call needs a token with scope admin; that of 'player' lacks it.");
        (await CliCall.RunAsync([.. history, "--token", "wrong"])).Error.ShouldContain("The token can't be used.");
        (await CliCall.RunAsync([.. history, "--token-file", _folder.File("none")])).Error.ShouldContain("--token-file: the token can't be read");
    }

    [Fact]
    public async Task A_command_that_starts_the_system_for_itself_needs_no_token()
    {
        Directory.CreateDirectory(Data);

        var call = await CliCall.RunAsync(
            ["history", "ann", "--data", Data], new Dictionary<string, string?> { ["RECSYS__SECURITY__TOKENS"] = "Required" });

        call.ExitCode.ShouldBe(0, call.Error);
    }
}
