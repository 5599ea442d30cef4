using RecSys.TestKit;

namespace RecSys.Serving.Tests;

/// <summary>The candidate service as a process of its own, which can be killed as a crash would, on ports that it keeps.</summary>
internal sealed class CandidateProcess(IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    private readonly int _grpcPort = FreePort.Next();
    private readonly int _httpPort = FreePort.Next();
    private ChildProcess? _process;

    public string GrpcAddress => $"http://127.0.0.1:{_grpcPort}";

    public async Task StartAsync()
    {
        var own = new Dictionary<string, string>(settings)
        {
            ["Endpoints:Grpc"] = GrpcAddress,
            ["Endpoints:Http"] = $"http://127.0.0.1:{_httpPort}",
        };
        _process = ChildProcess.StartDotnet(
            Path.Combine(AppContext.BaseDirectory, "RecSys.Candidate.dll"), own.Select(setting => $"--{setting.Key}={setting.Value}"));
        await _process.WaitUntilReadyAsync(new Uri($"http://127.0.0.1:{_httpPort}/readyz"), ServingSystem.Patience);
    }

    public Task KillAsync() => _process!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
