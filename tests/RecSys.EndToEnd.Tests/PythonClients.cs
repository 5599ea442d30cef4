using System.Text.Json;
using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests;

/// <summary>The foreign clients of the tests, with classes that Python's own generator makes of the protos.</summary>
internal sealed class PythonClients : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new("python");

    private PythonClients()
    {
    }

    public static async Task<PythonClients> CreateAsync()
    {
        var clients = new PythonClients();
        var protos = Checkout.PathTo("protos");
        var errors = Path.Combine(AppContext.BaseDirectory, "protos");
        var files = new[] { protos, errors }.SelectMany(folder => Directory.EnumerateFiles(folder, "*.proto", SearchOption.AllDirectories));
        await ChildProcess.RunAsync("/usr/bin/protoc",
        [
            $"-I{protos}", $"-I{errors}", $"--python_out={clients._folder.Path}", "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
            $"--grpc_python_out={clients._folder.Path}", .. files,
        ]);
        return clients;
    }

    /// <summary>Publishes listens with pika; returns how many the broker confirmed.</summary>
    public async Task<int> PublishAsync(Uri broker, IEnumerable<TasteLog.Play> plays)
    {
        var file = _folder.File($"{Guid.NewGuid():N}.jsonl");
        await File.WriteAllLinesAsync(file, plays.Select(play =>
            JsonSerializer.Serialize(new { user = play.User, track = play.Track, time = play.Time.ToUnixTimeSeconds() })));
        await using var process = ChildProcess.StartPython(Script("amqp_producer.py"), [_folder.Path, broker.ToString(), file]);
        var line = await process.WaitForLineAsync("confirmed ", Timeout);
        return int.Parse(line["confirmed ".Length..]);
    }

    /// <summary>Publishes an exposure with pika; returns how many the broker confirmed.</summary>
    public async Task<int> ShowAsync(Uri broker, string exposure, string user, string version, params string[] tracks)
    {
        await using var process = ChildProcess.StartPython(
            Script("exposure_producer.py"), [_folder.Path, broker.ToString(), exposure, user, version, .. tracks]);
        var line = await process.WaitForLineAsync("confirmed ", Timeout);
        return int.Parse(line["confirmed ".Length..]);
    }

    /// <summary>Makes a call with grpcio and the system's token; the answer, or the error with its details, as JSON.</summary>
    public async Task<JsonElement> CallAsync(Uri address, string call, params string[] arguments)
    {
        await using var process = ChildProcess.StartPython(Script("grpc_client.py"), [_folder.Path, address.Authority, DistributedSystem.Token, call, .. arguments]);
        var line = await process.WaitForLineAsync("RESULT ", Timeout);
        return JsonDocument.Parse(line["RESULT ".Length..]).RootElement;
    }

    public void Dispose() => _folder.Dispose();

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "python", name);
}
