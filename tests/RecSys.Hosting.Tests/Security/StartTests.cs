using Microsoft.Extensions.DependencyInjection;
using RecSys.Data;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;
using RecSys.Hosting.Tests.Hosts;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Security;

public sealed class StartTests : IDisposable
{
    private readonly TempFolder _folder = new("start");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Security:Tokens=Off", "Endpoints:Grpc is 'http://0.0.0.0:0', which other machines reach")]
    [InlineData("Security:Tokens=Auto", "Security:ServiceTokenFile or Security:AdminTokenFile")]
    public async Task A_process_without_tokens_does_not_listen_where_others_reach_it(string setting, string said)
    {
        var error = await Should.ThrowAsync<InvalidSettingsException>(() => ProbeHost.StartAsync(["Endpoints:Grpc=http://0.0.0.0:0", setting]));

        error.Message.ShouldContain(said);
        error.Message.ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_process_whose_database_has_no_token_ends_and_one_that_has_one_starts()
    {
        string[] settings = ["Security:Tokens=Required", $"Database:ConnectionString=Data Source={_folder.File("recsys.db")};Pooling=false"];

        var error = await Should.ThrowAsync<InvalidSettingsException>(() => ProbeHost.StartAsync(settings, builder => builder.AddDatabase()));
        error.Message.ShouldContain("there is no API token in SQLite file");
        error.Message.ShouldContain("recsys tokens create");

        await using (var open = await ProbeHost.StartAsync(settings[1..], builder => builder.AddDatabase()))
        {
            await open.App.Services.GetRequiredService<ApiTokenStore>().CreateAsync("player", TokenScopes.Read, null, CancellationToken.None);
        }

        await using var guarded = await ProbeHost.StartAsync(settings, builder => builder.AddDatabase());
        guarded.App.Services.GetRequiredService<StartupGate>().IsOpen.ShouldBeTrue();
    }

    [Theory]
    [InlineData("Security:ServiceToken=too-short", "Security:ServiceToken is '(hidden)'. It must be 32 to 1000")]
    [InlineData("Security:ServiceToken=with a blank 0123456789abcdef0123456789", "visible ASCII")]
    [InlineData("Security:AdminToken=too-short", "Security:AdminToken is '(hidden)'. It must be 32 to 1000")]
    [InlineData("Security:ServiceTokenFile=/nowhere/token", "Security:ServiceTokenFile is '/nowhere/token'. The file can't be read")]
    [InlineData("Security:AdminTokenFile=SHORT", "The file must hold 32 to 1000")]
    [InlineData("Security:TokenRefresh=01:00:00", "Security:TokenRefresh")]
    [InlineData("Security:Tokens=Sometimes", "It must be one of Auto, Required, Off")]
    public async Task A_setting_that_cannot_be_used_is_named_without_its_secret(string setting, string said)
    {
        File.WriteAllText(_folder.File("short"), "short-secret");

        var error = await Should.ThrowAsync<InvalidSettingsException>(() => ProbeHost.StartAsync([setting.Replace("SHORT", _folder.File("short"))]));

        error.Message.ShouldContain(said);
        error.Message.ShouldNotContain("too-short");
        error.Message.ShouldNotContain("short-secret");
    }

    [Fact]
    public async Task The_program_ends_with_one_line_and_exit_code_2()
    {
        await using var process = ProbeProcess.Start(_folder, ["--Security:Tokens=Required"]);

        (await process.WaitForExitAsync(TimeSpan.FromSeconds(60))).ShouldBe(2);

        process.Output.Trim().ShouldStartWith("probe: Security:Tokens is Required, but there is no API token.");
        process.Output.Trim().ShouldNotContain('\n');
    }
}
