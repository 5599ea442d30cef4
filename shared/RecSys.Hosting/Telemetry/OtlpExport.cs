using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace RecSys.Hosting.Telemetry;

/// <summary>
/// Sends traces and metrics to an OTLP collector when one is configured. Services need no reference to OpenTelemetry: any
/// ActivitySource or Meter whose name starts with <c>RecSys.</c> is picked up.
/// </summary>
internal sealed class OtlpExport(IOptions<TelemetryOptions> options, ServiceDefaults defaults, ILogger<OtlpExport> logger) : IHostedService, IDisposable
{
    /// <summary>Names of what the libraries in use publish; RecSys.* is ours.</summary>
    private static readonly string[] Sources =
        ["RecSys.*", "Microsoft.AspNetCore", "Grpc.Net.Client", "System.Net.Http", "MassTransit", "Npgsql"];

    private static readonly string[] Meters =
        ["RecSys.*", "Microsoft.AspNetCore.*", "System.Runtime", "System.Net.Http", "MassTransit", "Npgsql"];

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.OtlpEndpoint is not { } endpoint)
        {
            return Task.CompletedTask;
        }

        var version = Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3);
        var resource = ResourceBuilder.CreateDefault()
            .AddService("recsys-" + defaults.Name, "recsys", version, autoGenerateServiceInstanceId: true);
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.Value.TraceShare)))
            .AddSource(Sources)
            .AddOtlpExporter(otlp => Configure(otlp, endpoint))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Meters)
            .AddOtlpExporter((otlp, reader) =>
            {
                Configure(otlp, endpoint);
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Value.MetricsInterval.TotalMilliseconds;
            })
            .Build();
        HostingLog.TelemetryExported(logger, endpoint);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is left; after all services have stopped.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static void Configure(OtlpExporterOptions otlp, Uri endpoint)
    {
        otlp.Endpoint = endpoint;
        otlp.Protocol = OtlpExportProtocol.Grpc;
    }
}
