using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RecSys.Hosting.Settings;

namespace RecSys.Hosting;

/// <summary>Section <c>Telemetry</c>: where traces, metrics and logs go.</summary>
public sealed class TelemetryOptions : IValidatableObject
{
    /// <summary>
    /// Address of an OTLP collector (gRPC, usually port 4317), such as <c>http://127.0.0.1:4317</c>. Default: none, and
    /// nothing is collected.
    /// </summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Share of traces kept, from 0 to 1; default 1. A trace that a caller sampled is always kept.</summary>
    [Range(0.0, 1.0, ErrorMessage = "It must be from 0 to 1.")]
    public double TraceShare { get; init; } = 1;

    /// <summary>How often metrics are sent, from 1 second to 1 hour; default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "It must be from 00:00:01 to 01:00:00 (hours:minutes:seconds).")]
    public TimeSpan MetricsInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (OtlpEndpoint is not null && (!OtlpEndpoint.IsAbsoluteUri || OtlpEndpoint.Scheme is not ("http" or "https")))
        {
            yield return new("It must be http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:4317.", [nameof(OtlpEndpoint)]);
        }
    }
}

/// <summary>
/// Sends traces, metrics and logs to an OTLP collector when one is configured. Services need no reference to OpenTelemetry: any
/// ActivitySource or Meter whose name starts with <c>RecSys.</c> is picked up.
/// </summary>
internal static class Telemetry
{
    public static void Add(IHostApplicationBuilder builder, ServiceDefaults defaults)
    {
        var services = builder.Services;
        services.AddSettings<TelemetryOptions>("Telemetry");
        if (string.IsNullOrEmpty(builder.Configuration["Telemetry:OtlpEndpoint"]))
        {
            return;
        }

        var version = Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3);
        services.AddOptions<OtlpExporterOptions>().Configure<IOptions<TelemetryOptions>>((otlp, options) =>
        {
            otlp.Endpoint = options.Value.OtlpEndpoint!;
            otlp.Protocol = OtlpExportProtocol.Grpc;
        });
        services.AddOptions<MetricReaderOptions>().Configure<IOptions<TelemetryOptions>>((reader, options) =>
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Value.MetricsInterval.TotalMilliseconds);
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("recsys-" + defaults.Name, "recsys", version, autoGenerateServiceInstanceId: true))
            .WithTracing(traces => traces
                .SetSampler(provider => new ParentBasedSampler(
                    new TraceIdRatioBasedSampler(provider.GetRequiredService<IOptions<TelemetryOptions>>().Value.TraceShare)))
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddSource("RecSys.*", "Grpc.Net.Client", "MassTransit", "Npgsql")
                .AddOtlpExporter())
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("RecSys.*", "MassTransit", "Npgsql")
                .AddOtlpExporter())
            .WithLogging(logs => logs.AddOtlpExporter(), options => options.IncludeFormattedMessage = true);
    }
}
