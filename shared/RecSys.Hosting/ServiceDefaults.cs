namespace RecSys.Hosting;

/// <summary>What a service brings as its own defaults; every one of them can be overridden by configuration.</summary>
/// <param name="Name">The service's name in logs, telemetry and health answers, such as <c>ingest</c>.</param>
/// <param name="GrpcPort">Default loopback port of the gRPC endpoint; 0 takes a free one.</param>
/// <param name="HttpPort">Default loopback port of the HTTP endpoint; 0 takes a free one.</param>
public sealed record ServiceDefaults(string Name, int GrpcPort, int HttpPort)
{
    /// <summary>
    /// Further defaults by configuration key, such as <c>Bus:Transport</c> = <c>memory</c>. They rank above the defaults
    /// in options classes and below <c>recsys.json</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}
