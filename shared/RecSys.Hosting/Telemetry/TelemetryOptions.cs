using System.ComponentModel.DataAnnotations;

namespace RecSys.Hosting.Telemetry;

/// <summary>Section <c>Telemetry</c>: where traces and metrics go.</summary>
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
