using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests;

/// <summary>One service as a process of its own, on free ports that it keeps over restarts.</summary>
internal sealed class ServiceProcess(string name, IReadOnlyDictionary<string, ServiceProcess> others) : IAsyncDisposable
{
    public static readonly string[] Names = ["ingest", "trainer", "candidate", "ranker", "serving"];

    private readonly int _grpcPort = FreePort.Next();
    private readonly int _httpPort = FreePort.Next();
    private IReadOnlyDictionary<string, string?> _environment = new Dictionary<string, string?>();
    private ChildProcess? _process;

    public Uri GrpcAddress => new($"http://127.0.0.1:{_grpcPort}");

    public Uri HttpAddress => new($"http://127.0.0.1:{_httpPort}");

    public string Output => _process?.Output ?? "";

    public void Start(IReadOnlyDictionary<string, string?> environment)
    {
        _environment = environment;
        var own = new Dictionary<string, string?>(environment)
        {
            ["RECSYS__ENDPOINTS__GRPC"] = GrpcAddress.ToString(),
            ["RECSYS__ENDPOINTS__HTTP"] = HttpAddress.ToString(),
        };
        if (name == "serving")
        {
            own["RECSYS__SERVICES__CANDIDATE"] = others["candidate"].GrpcAddress.ToString();
            own["RECSYS__SERVICES__RANKER"] = others["ranker"].GrpcAddress.ToString();
        }

        _process = ChildProcess.StartDotnet(Assembly(name, $"RecSys.{char.ToUpperInvariant(name[0])}{name[1..]}.dll"), [], own);
    }

    public Task WaitUntilReadyAsync(TimeSpan timeout) => _process!.WaitUntilReadyAsync(new Uri(HttpAddress, "readyz"), timeout);

    /// <summary>Ends the process as a crash would, and waits until it is gone.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <summary>Asks the process to end, and waits until it is gone.</summary>
    public Task StopAsync() => _process!.StopAsync();

    /// <summary>Starts it again as it was.</summary>
    public void StartAgain() => Start(_environment);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    /// <summary>A program of a service's folder: Release or Debug, as the tests themselves.</summary>
    public static string Assembly(string service, string file) => Checkout.PathTo(
        "services", service, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", file);
}
