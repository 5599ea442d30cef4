using Grpc.Net.Client;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Standalone;

namespace RecSys.Cli.Connections;

/// <summary>
/// The system a command talks to, always over gRPC: one that runs already, or the standalone one, started on free ports
/// for as long as the command takes.
/// </summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private readonly GrpcChannel[] _channels;
    private readonly StandaloneHost? _host;

    private RunningSystem(Uri ingest, Uri trainer, Uri serving, string? token, StandaloneHost? host)
    {
        var channels = new[] { ingest, trainer, serving }.Distinct().ToDictionary(address => address, address => CallerToken.Channel(address, token));
        _channels = [.. channels.Values];
        _host = host;
        Ingest = new IngestService.IngestServiceClient(channels[ingest]);
        Trainer = new TrainerService.TrainerServiceClient(channels[trainer]);
        Serving = new ServingService.ServingServiceClient(channels[serving]);
    }

    public IngestService.IngestServiceClient Ingest { get; }

    public TrainerService.TrainerServiceClient Trainer { get; }

    public ServingService.ServingServiceClient Serving { get; }

    /// <summary>A running system. Separate services are named by RECSYS__SERVICES__INGEST, …TRAINER and …SERVING; <paramref name="server"/> stands for those that are not.</summary>
    public static RunningSystem At(Uri server, string? token) => new(Address("INGEST", server), Address("TRAINER", server), Address("SERVING", server), token, host: null);

    /// <summary>The system of a data folder, created when missing: the one that runs there or is coming up, or else one that this command starts.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="token">What to show a system that runs there; null for none. The one that is started knows this command.</param>
    /// <param name="longWork">What keeps the system busy for long, such as <c>recsys train</c>; null for a short command.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<RunningSystem> InFolderAsync(DirectoryInfo folder, string? token, string? longWork, CancellationToken cancellationToken)
    {
        var (address, host) = await StandaloneHost.FindOrStartAsync(StandaloneSettings.Quiet(folder) with { LongWork = longWork }, cancellationToken);
        return Of(address, host is null ? token : host.ServiceToken, host);
    }

    /// <summary>
    /// The system that one process is. What the environment says of other services doesn't count: a command that names a data folder
    /// never writes anywhere else.
    /// </summary>
    /// <param name="address">Where it answers.</param>
    /// <param name="token">What to show it; null for none.</param>
    /// <param name="host">Ended with this; null for a process that goes on.</param>
    public static RunningSystem Of(Uri address, string? token, StandaloneHost? host) => new(address, address, address, token, host);

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private static Uri Address(string service, Uri fallback) =>
        Environment.GetEnvironmentVariable($"RECSYS__SERVICES__{service}") is { Length: > 0 } address ? new Uri(address) : fallback;
}
