using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Tests.Hosts;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Shutdown;

public sealed partial class ProcessTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Bad_settings_are_one_line_and_exit_code_2()
    {
        using var folder = new TempFolder();
        await using var process = ProbeProcess.Start(folder, ["--Probe:Number=11"]);

        (await process.WaitForExitAsync(Long)).ShouldBe(2);
        process.Output.ShouldBe("probe: Probe:Number is '11'. It must be from 1 to 10.\n");
    }

    [Fact]
    public async Task A_taken_port_is_one_line_and_exit_code_1()
    {
        using var folder = new TempFolder();
        await using var host = await ProbeHost.StartAsync();
        await using var process = ProbeProcess.Start(folder, [$"--Endpoints:Grpc={host.Grpc.GetLeftPart(UriPartial.Authority)}"]);

        (await process.WaitForExitAsync(Long)).ShouldBe(1);
        var line = process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem();
        line.ShouldBe($"probe: Another process listens at {host.Grpc.GetLeftPart(UriPartial.Authority)}. Stop it, or set Endpoints:Grpc to another port.");
    }

    [Fact]
    public async Task The_file_in_the_working_folder_the_environment_and_the_command_line_rank_in_this_order()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "recsys.json"), """{ "Probe": { "Text": "file", "Number": 2, "Day": "Tuesday" } }""");
        await using var process = ProbeProcess.Start(
            folder,
            ["--Probe:Text=line"],
            new() { ["RECSYS__PROBE__TEXT"] = "environment", ["RECSYS__PROBE__NUMBER"] = "3", ["ASPNETCORE_URLS"] = "http://127.0.0.1:1" });
        using var client = new HttpClient { BaseAddress = (await process.AddressesAsync()).Http };

        var options = await client.GetFromJsonAsync<JsonElement>("/options");

        options.GetProperty("text").GetString().ShouldBe("line");
        options.GetProperty("number").GetInt32().ShouldBe(3);
        options.GetProperty("day").GetInt32().ShouldBe((int)DayOfWeek.Tuesday);
        options.GetProperty("span").GetString().ShouldBe("00:00:01");
    }

    [Fact]
    public async Task Every_log_line_has_its_time_in_utc()
    {
        using var folder = new TempFolder();
        await using var process = ProbeProcess.Start(folder, [], new() { ["TZ"] = "Asia/Tokyo" });
        await process.AddressesAsync();
        await process.StopAsync();

        process.ExitCode.ShouldBe(0);
        var lines = process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBeGreaterThan(3);
        lines.ShouldAllBe(line => LogLine().IsMatch(line));
        var logged = DateTimeOffset.Parse(lines[0][..24], System.Globalization.CultureInfo.InvariantCulture);
        logged.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Sigterm_lets_calls_in_progress_end()
    {
        using var folder = new TempFolder();
        await using var process = ProbeProcess.Start(folder, []);
        using var channel = GrpcChannel.ForAddress((await process.AddressesAsync()).Grpc);
        var call = new ProbeService.ProbeServiceClient(channel).UnaryAsync(new() { Behaviour = "wait", Number = 2000 });
        await process.WaitForLineAsync("probe: waiting", Long);

        var stopping = process.StopAsync();

        (await call).Text.ShouldBe("waited");
        await stopping;
        process.ExitCode.ShouldBe(0);
        process.Output.ShouldContain("probe has stopped");
    }

    [Fact]
    public async Task Sigterm_turns_health_before_calls_are_refused()
    {
        using var folder = new TempFolder();
        await using var process = ProbeProcess.Start(folder, ["--Shutdown:Delay=00:00:03"]);
        var addresses = await process.AddressesAsync();
        using var channel = GrpcChannel.ForAddress(addresses.Grpc);
        using var watch = new Health.HealthClient(channel).Watch(new());
        (await watch.ResponseStream.MoveNext()).ShouldBeTrue();
        watch.ResponseStream.Current.Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);

        var stopping = process.StopAsync();

        (await watch.ResponseStream.MoveNext()).ShouldBeTrue();
        watch.ResponseStream.Current.Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.NotServing);
        (await new ProbeService.ProbeServiceClient(channel).UnaryAsync(new() { Number = 1 })).Number.ShouldBe(1);
        await stopping;
        process.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Sigterm_does_not_wait_for_ever()
    {
        using var folder = new TempFolder();
        await using var process = ProbeProcess.Start(folder, ["--Shutdown:DrainTimeout=00:00:01"]);
        using var channel = GrpcChannel.ForAddress((await process.AddressesAsync()).Grpc);
        var call = new ProbeService.ProbeServiceClient(channel).UnaryAsync(
            new() { Behaviour = "wait", Number = int.MaxValue }, deadline: DateTime.UtcNow.AddMinutes(10));
        await process.WaitForLineAsync("probe: waiting", Long);
        var watch = Stopwatch.StartNew();

        await process.StopAsync();

        watch.Elapsed.ShouldBeInRange(TimeSpan.FromMilliseconds(900), TimeSpan.FromSeconds(15));
        await Should.ThrowAsync<RpcException>(async () => await call);
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z (dbug|info|warn|fail|crit): ")]
    private static partial Regex LogLine();
}
