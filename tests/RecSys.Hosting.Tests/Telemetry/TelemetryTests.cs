using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Tests.Hosts;
using Span = RecSys.Hosting.Probe.V1.ExportedTraces.Types.Span;

namespace RecSys.Hosting.Tests.Telemetry;

public sealed class TelemetryTests
{
    private const int Server = 2;
    private const int Client = 3;

    [Fact]
    public async Task Traces_metrics_and_logs_arrive_at_the_collector_that_is_configured()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var host = await ProbeHost.StartAsync([$"Telemetry:OtlpEndpoint={collector.Address}", "Telemetry:MetricsInterval=00:00:05"]))
        {
            host.Behaviours.SetFailure("fail", () => RecSysException.NotFound("TRACK_UNKNOWN", "There is no track t1."));
            await Should.ThrowAsync<RpcException>(async () => await host.Client().UnaryAsync(new() { Behaviour = "fail" }));

            await collector.WaitForAsync(
                "MetricsService", "recsys-probe", "kestrel.active_connections", "dotnet.gc.collections", "recsys.errors", "NOT_FOUND", "TRACK_UNKNOWN");
            host.Log.Entries.ShouldContain(entry => entry.Text == $"Traces, metrics and logs go to {collector.Address}/");
            await host.App.StopAsync();
        }

        // Sent at the latest when the host goes down.
        await collector.WaitForAsync("TraceService", "recsys-probe", "/recsys.probe.v1.ProbeService/Unary");
        await collector.WaitForAsync("LogsService", "recsys-probe", "probe has stopped");
    }

    [Fact]
    public async Task A_trace_goes_on_across_a_call_of_another_service()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var back = await ProbeHost.StartAsync([$"Telemetry:OtlpEndpoint={collector.Address}"]))
        await using (var front = await ProbeHost.StartAsync(
            [$"Telemetry:OtlpEndpoint={collector.Address}", $"Services:Candidate={back.Grpc}"],
            builder => builder.AddServiceClient<ProbeService.ProbeServiceClient>(services => services.Candidate)))
        {
            front.Behaviours.Set("forward", async (_, _) => await front.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>().UnaryAsync(new()));
            await front.Client().UnaryAsync(new() { Behaviour = "forward" });
            await front.App.StopAsync();
            await back.App.StopAsync();
        }

        var way = await collector.WaitForSpansAsync(spans => spans
            .Select(span => WayOf(span, spans))
            .FirstOrDefault(way => way.Count(span => span.Kind == Server) == 2));

        // What the back answered, what the front called, what the front answered; then the call of the test itself.
        way.Select(span => span.TraceId).Distinct().ShouldHaveSingleItem();
        way[0].Kind.ShouldBe(Server);
        way[0].Name.ShouldContain("/recsys.probe.v1.ProbeService/Unary");
        way.Skip(1).TakeWhile(span => span.Kind != Server).ShouldContain(span => span.Kind == Client);
    }

    [Fact]
    public async Task Nothing_is_collected_unless_it_is_configured()
    {
        await using var host = await ProbeHost.StartAsync();

        await host.Client().UnaryAsync(new());

        host.Log.Entries.ShouldNotContain(entry => entry.Text.StartsWith("Traces, metrics and logs go to"));
    }

    /// <summary>A span, what it was part of, what that was part of, and so on.</summary>
    private static List<Span> WayOf(Span span, IReadOnlyList<Span> spans)
    {
        List<Span> way = [];
        for (var next = span; next is not null; next = spans.FirstOrDefault(candidate => candidate.SpanId == next.ParentSpanId))
        {
            way.Add(next);
        }

        return way;
    }
}
