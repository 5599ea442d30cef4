using System.Diagnostics.Metrics;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Telemetry;

/// <summary>The host's own meter, <c>RecSys.Hosting</c>.</summary>
internal sealed class HostingMetrics
{
    private readonly Counter<long> _errors;

    public HostingMetrics(IMeterFactory meters) => _errors = meters.Create("RecSys.Hosting").CreateCounter<long>(
        "recsys.errors", unit: "{error}", description: "Calls and requests answered with an error, by code and reason.");

    public void CountError(RecSysException error) => _errors.Add(
        1, new KeyValuePair<string, object?>("code", error.Code.ToString()), new KeyValuePair<string, object?>("reason", error.Reason));
}
