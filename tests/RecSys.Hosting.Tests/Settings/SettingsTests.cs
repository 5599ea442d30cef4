using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Probe;
using RecSys.Hosting.Settings;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Settings;

public sealed class SettingsTests
{
    [Fact]
    public async Task Defaults_in_code_hold_when_nothing_is_set()
    {
        await using var app = Build([]);

        var options = app.Services.GetRequiredService<IOptions<ProbeOptions>>().Value;

        options.Text.ShouldBe("from code");
        options.Number.ShouldBe(5);
        options.Span.ShouldBe(TimeSpan.FromSeconds(1));
        options.Day.ShouldBe(DayOfWeek.Monday);
    }

    [Fact]
    public async Task A_file_ranks_above_defaults_and_the_command_line_above_the_file()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "other.json");
        await File.WriteAllTextAsync(file, """{ "Probe": { "Text": "from file", "Number": 6 } } // comments are fine""");
        await using var app = Build(
            [$"--SettingsFile={file}", "--probe:number", "7"],
            new ServiceDefaults("probe", 0, 0) { Settings = new Dictionary<string, string?> { ["Probe:Text"] = "from the host", ["Probe:Day"] = "friday" } });

        var options = app.Services.GetRequiredService<IOptions<ProbeOptions>>().Value;

        options.Text.ShouldBe("from file");
        options.Number.ShouldBe(7);
        options.Day.ShouldBe(DayOfWeek.Friday);
    }

    [Theory]
    [InlineData("Probe:Number=11", "Probe:Number is '11'. It must be from 1 to 10.")]
    [InlineData("Probe:Number=many", "Probe:Number is 'many'. It must be a whole number.")]
    [InlineData("Probe:Span=soon", "Probe:Span is 'soon'. It must be a time span such as 00:00:30 (hours:minutes:seconds).")]
    [InlineData("Probe:Day=Someday", "Probe:Day is 'Someday'. It must be one of Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday.")]
    [InlineData("Probe:Day=9", "Probe:Day is '9'. It must be one of Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday.")]
    [InlineData("Probe:Txet=x", "Probe:Txet isn't a setting. Did you mean Probe:Text?")]
    [InlineData("probe:numbr=2", "probe:numbr isn't a setting. Did you mean Probe:Number?")]
    [InlineData("Probe:Elsewhere=x", "Probe:Elsewhere isn't a setting. There are Probe:Text, Probe:Number, Probe:Span, Probe:Day, Probe:Secret.")]
    [InlineData("Probe:Text:Size=1", "Probe:Text:Size isn't a setting. Did you mean Probe:Text?")]
    [InlineData("Probe=x", "Probe isn't a setting. There are Probe:Text, Probe:Number, Probe:Span, Probe:Day, Probe:Secret.")]
    [InlineData("Endpoint:Grpc=http://127.0.0.1:5100", "Endpoint:Grpc isn't a setting. Did you mean Endpoints:Grpc?")]
    [InlineData("Srving:CandidateCount=20", "Srving:CandidateCount isn't a setting. Did you mean Serving:CandidateCount?")]
    [InlineData("Nope:X=1", "Nope:X isn't a setting. The sections are Bus, Candidate, Clients, Database, Endpoints, Ingest, Kestrel, Lake, Logging, Ranker, S3, Security, Services, Serving, SettingsFile, Shutdown, Telemetry, Trainer.")]
    [InlineData("Endpoints:Grpc=https://127.0.0.1:0", "Endpoints:Grpc is 'https://127.0.0.1:0'. It needs a certificate: set Kestrel:Certificates:Default:Path, and KeyPath or Password beside it.")]
    [InlineData("Probe:Secret=abc", "Probe:Secret is '(hidden)'. It must have at least 4 characters.")]
    [InlineData("Endpoints:Grpc=127.0.0.1:5100", "Endpoints:Grpc is '127.0.0.1:5100'. It must be http://HOST:PORT, such as http://127.0.0.1:5100, or http://*:5100 for all interfaces.")]
    [InlineData("Endpoints:Grpc=ftp://127.0.0.1:5100", "Endpoints:Grpc is 'ftp://127.0.0.1:5100'. It must start with http://, or with https:// when section Kestrel has a certificate.")]
    [InlineData("Endpoints:Grpc=http://127.0.0.1:99999", "Endpoints:Grpc is 'http://127.0.0.1:99999'. Its port must be from 0 (any free one) to 65535.")]
    [InlineData("Endpoints:Grpc=http://127.0.0.1:5100/x", "Endpoints:Grpc is 'http://127.0.0.1:5100/x'. It must not have a path after the port.")]
    [InlineData("Endpoints:Http=http://example.org:80", "Endpoints:Http is 'http://example.org:80'. Its host must be an IP address of this machine, localhost, or * for all interfaces.")]
    [InlineData("Endpoints:Http=http://localhost:0", "Endpoints:Http is 'http://localhost:0'. Port 0 needs an IP address, such as http://127.0.0.1:0.")]
    [InlineData("Endpoints:MaxMessageBytes=10", "Endpoints:MaxMessageBytes is '10'. It must be from 1024 (1 KiB) to 1073741824 (1 GiB) bytes.")]
    [InlineData("Endpoints:DefaultDeadline=00:00:00", "Endpoints:DefaultDeadline is '00:00:00'. It must be from 00:00:01 to 01:00:00 (hours:minutes:seconds).")]
    [InlineData("Shutdown:DrainTimeout=1.00:00:00", "Shutdown:DrainTimeout is '1.00:00:00'. It must be from 00:00:01 to 00:10:00 (hours:minutes:seconds).")]
    [InlineData("Telemetry:TraceShare=2", "Telemetry:TraceShare is '2'. It must be from 0 to 1.")]
    [InlineData("Telemetry:OtlpEndpoint=collector", "Telemetry:OtlpEndpoint is 'collector'. It must be http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:4317.")]
    public void A_bad_setting_is_named_with_its_value_and_the_remedy(string setting, string message) =>
        Should.Throw<InvalidSettingsException>(() => Build(["--" + setting])).Message.ShouldBe(message);

    [Fact]
    public void All_bad_settings_of_a_start_are_named_at_once()
    {
        var error = Should.Throw<InvalidSettingsException>(() => Build(["--Probe:Number=11", "--Endpoints:MaxMessageBytes=10"]));

        error.Message.ShouldContain("Probe:Number is '11'.");
        error.Message.ShouldContain("Endpoints:MaxMessageBytes is '10'.");
    }

    [Fact]
    public async Task Keys_that_do_not_exist_are_found_in_the_file_too_each_of_them()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "recsys.json");
        await File.WriteAllTextAsync(file, """{ "Probe": { "Txet": "x", "Numer": 3 }, "Nope": {} }""");

        var message = Should.Throw<InvalidSettingsException>(() => Build([$"--SettingsFile={file}"])).Message;

        message.ShouldContain("Probe:Txet isn't a setting. Did you mean Probe:Text?");
        message.ShouldContain("Probe:Numer isn't a setting. Did you mean Probe:Number?");
        message.ShouldContain("Nope isn't a setting.");
    }

    [Fact]
    public void A_certificate_that_is_not_there_is_named()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "missing.pem");

        var error = Should.Throw<InvalidSettingsException>(
            () => Build(["--Endpoints:Grpc=https://127.0.0.1:0", $"--Kestrel:Certificates:Default:Path={file}"]));

        error.Message.ShouldStartWith("Section Kestrel can't be used: ");
        error.Message.ShouldContain(file);
    }

    [Fact]
    public void Sections_of_other_processes_are_taken()
    {
        // One file may serve all.
        Build(["--Ingest:UnconfirmedBatchesPerStream=3", "--Lake:Root=elsewhere"]).Services.ShouldNotBeNull();
    }

    [Fact]
    public void The_two_endpoints_must_differ()
    {
        var error = Should.Throw<InvalidSettingsException>(
            () => Build(["--Endpoints:Grpc=http://127.0.0.1:5100", "--Endpoints:Http=http://127.0.0.1:5100"]));

        error.Message.ShouldContain("Endpoints:Http is 'http://127.0.0.1:5100'. It must differ from Endpoints:Grpc");
    }

    [Theory]
    [InlineData("up")]
    [InlineData("-v")]
    [InlineData("--Probe:Number")]
    public void An_argument_that_is_no_setting_is_refused(string argument) =>
        Should.Throw<InvalidSettingsException>(() => Build([argument])).Message.ShouldStartWith($"Unknown argument '{argument}'. Settings are given as --Section:Key=value");

    [Fact]
    public void A_settings_file_that_is_not_there_is_named()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "missing.json");

        Should.Throw<InvalidSettingsException>(() => Build([$"--SettingsFile={file}"])).Message.ShouldContain(file);
    }

    [Fact]
    public async Task A_settings_file_that_is_not_json_is_named_with_the_place()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "broken.json");
        await File.WriteAllTextAsync(file, "{\n  \"Probe\": {\n    Number: 5\n  }\n}");

        var message = Should.Throw<InvalidSettingsException>(() => Build([$"--SettingsFile={file}"])).Message;

        message.ShouldContain(file);
        message.ShouldContain("LineNumber: 2");
    }

    [Fact]
    public async Task A_section_may_be_registered_twice()
    {
        var builder = RecSysHost.CreateBuilder([], new ServiceDefaults("probe", 0, 0));
        builder.AddProbe();
        builder.AddProbe();
        await using var app = RecSysHost.Build(builder);

        SettingsCatalogue.Of(builder).Settings.Count(setting => setting.Key == "Probe:Number").ShouldBe(1);
    }

    private static WebApplication Build(string[] args, ServiceDefaults? defaults = null)
    {
        var builder = RecSysHost.CreateBuilder(args, defaults ?? new ServiceDefaults("probe", 0, 0));
        builder.AddProbe();
        return RecSysHost.Build(builder);
    }
}
