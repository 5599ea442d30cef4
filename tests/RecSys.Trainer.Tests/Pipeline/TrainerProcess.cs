using Grpc.Core;
using Grpc.Net.Client;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>The trainer's program on free ports, with the bus in memory: nobody listens here.</summary>
internal sealed class TrainerProcess(ChildProcess process, GrpcChannel channel) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>What it has printed.</summary>
    public string Output => process.Output;

    public TrainerService.TrainerServiceClient Client { get; } = new(channel);

    public static async Task<TrainerProcess> StartAsync(
        TempFolder folder, SampleDatabase database, params KeyValuePair<string, string?>[] environment)
    {
        var (grpc, http) = (FreePort.Next(), FreePort.Next());
        var process = ChildProcess.StartDotnet(
            Path.Combine(AppContext.BaseDirectory, "RecSys.Trainer.dll"),
            [
                $"--Endpoints:Grpc=http://127.0.0.1:{grpc}", $"--Endpoints:Http=http://127.0.0.1:{http}", $"--Lake:Root={folder.File("lake")}", $"--Trainer:WorkFolder={folder.File("work")}", "--Bus:Transport=Memory",
                .. database.Settings.Select(setting => $"--{setting.Key}={setting.Value}"),
            ],
            environment);
        await process.WaitUntilReadyAsync(new Uri($"http://127.0.0.1:{http}/readyz"), Patience);
        return new TrainerProcess(
            process, GrpcChannel.ForAddress($"http://127.0.0.1:{grpc}", new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure }));
    }

    /// <summary>Watches a training to its end, or until it is where it should be.</summary>
    public async Task WatchAsync(string version, Func<Contracts.Events.V1.TrainingProgress, bool> isThere)
    {
        using var call = Client.WatchTraining(new WatchTrainingRequest { ModelVersion = version });
        await foreach (var progress in call.ResponseStream.ReadAllAsync())
        {
            if (isThere(progress))
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await process.DisposeAsync();
    }
}
