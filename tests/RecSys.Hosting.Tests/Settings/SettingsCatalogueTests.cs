using Microsoft.AspNetCore.Builder;
using RecSys.Hosting.Probe;
using RecSys.Hosting.Settings;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Settings;

public sealed class SettingsCatalogueTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_setting_has_its_type_default_range_and_meaning()
    {
        var setting = Of([])["Endpoints:MaxMessageBytes"];

        setting.Type.ShouldBe("a whole number");
        setting.Default.ShouldBe("4194304");
        setting.Range.ShouldBe("1024 to 1073741824 bytes");
        setting.Description.ShouldStartWith("The largest gRPC message and HTTP body taken.");
        setting.IsSecret.ShouldBeFalse();
        (setting.Value, setting.Source).ShouldBe(("4194304", SettingsCatalogue.FromDefault));
    }

    [Theory]
    [InlineData("Bus:Transport", "one of RabbitMq, Memory", "RabbitMq")]
    [InlineData("Shutdown:DrainTimeout", "a time span such as 00:00:30 (hours:minutes:seconds)", "00:00:20")]
    [InlineData("Telemetry:OtlpEndpoint", "an address", null)]
    [InlineData("Services:Ranker", "text", "http://127.0.0.1:5104")]
    [InlineData("Endpoints:Grpc", "text", "http://127.0.0.1:5999")]
    [InlineData("Logging:LogLevel:Default", "text", "Information")]
    public void Types_and_defaults_are_said_for_people(string key, string type, string? defaultValue)
    {
        var setting = Of([])[key];

        (setting.Type, setting.Default, setting.Value).ShouldBe((type, defaultValue, defaultValue));
        setting.Description.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_value_says_where_it_comes_from()
    {
        var file = Path.Combine(_folder.Path, "some.json");
        await File.WriteAllTextAsync(file, """{ "Probe": { "Text": "a", "Number": 2, "Day": "Friday" }, "Logging": { "LogLevel": { "Some.Category": "Debug" } } }""");
        Environment.SetEnvironmentVariable("RECSYS__PROBE__NUMBER", "3");
        try
        {
            var settings = Of([$"--SettingsFile={file}", "--probe:day=Sunday"]);

            (settings["Probe:Text"].Value, settings["Probe:Text"].Source).ShouldBe(("a", file));
            (settings["Probe:Number"].Value, settings["Probe:Number"].Source).ShouldBe(("3", "RECSYS__PROBE__NUMBER"));
            (settings["Probe:Day"].Value, settings["Probe:Day"].Source).ShouldBe(("Sunday", "command line"));
            (settings["Probe:Span"].Value, settings["Probe:Span"].Source).ShouldBe(("00:00:01", SettingsCatalogue.FromDefault));
            (settings["SettingsFile"].Value, settings["SettingsFile"].Source).ShouldBe((file, "command line"));
            (settings["Logging:LogLevel:Some.Category"].Value, settings["Logging:LogLevel:Some.Category"].Source).ShouldBe(("Debug", file));
        }
        finally
        {
            Environment.SetEnvironmentVariable("RECSYS__PROBE__NUMBER", null);
        }
    }

    [Theory]
    [InlineData("Probe:Secret")]
    [InlineData("Bus:Uri")]
    [InlineData("Kestrel:Certificates:Default:Password")]
    public void A_secret_is_never_shown(string key)
    {
        var setting = Of([$"--{key}=amqp://me:geheim@127.0.0.1"])[key];

        setting.IsSecret.ShouldBeTrue();
        setting.Value.ShouldBe("(hidden)");
        setting.Default.ShouldBeOneOf("(hidden)", null);
    }

    [Fact]
    public void Problems_are_listed_without_starting_anything()
    {
        var builder = Builder(["--Probe:Number=11", "--Probe:Txet=1"]);

        SettingsCatalogue.Of(builder).FindProblems().ShouldBe(
            ["Probe:Txet isn't a setting. Did you mean Probe:Text?", "Probe:Number is '11'. It must be from 1 to 10."]);
    }

    private static Dictionary<string, ProcessSetting> Of(string[] args) =>
        SettingsCatalogue.Of(Builder(args)).Settings.ToDictionary(setting => setting.Key);

    private static WebApplicationBuilder Builder(string[] args)
    {
        var builder = RecSysHost.CreateBuilder(args, new ServiceDefaults("probe", 5999, 0));
        builder.AddProbe();
        return builder;
    }
}
