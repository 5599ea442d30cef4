using System.Text;
using Grpc.Core;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Tests.Hosts;

namespace RecSys.Hosting.Tests.Telemetry;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Traces_and_metrics_arrive_at_the_collector_that_is_configured()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var host = await ProbeHost.StartAsync([$"Telemetry:OtlpEndpoint={collector.Address}", "Telemetry:MetricsInterval=00:00:05"]))
        {
            host.Behaviours.SetFailure("fail", () => RecSysException.NotFound("TRACK_UNKNOWN", "There is no track t1."));
            await Should.ThrowAsync<RpcException>(async () => await host.Client().UnaryAsync(new() { Behaviour = "fail" }));
            var metrics = Encoding.UTF8.GetString(await collector.ExportAsync("MetricsService"));
            metrics.ShouldContain("recsys-probe");
            metrics.ShouldContain("kestrel.active_connections");
            metrics.ShouldContain("recsys.errors");
            metrics.ShouldContain("TRACK_UNKNOWN");
            await host.App.StopAsync();
        }

        // Sent at the latest when the host goes down.
        var traces = Encoding.UTF8.GetString(await collector.ExportAsync("TraceService"));
        traces.ShouldContain("recsys-probe");
        traces.ShouldContain("/recsys.probe.v1.ProbeService/Unary");
    }

    [Fact]
    public async Task Nothing_is_collected_unless_it_is_configured()
    {
        await using var host = await ProbeHost.StartAsync();

        await host.Client().UnaryAsync(new());

        host.Log.Entries.ShouldNotContain(entry => entry.Text.StartsWith("Traces and metrics go to"));
    }
}
