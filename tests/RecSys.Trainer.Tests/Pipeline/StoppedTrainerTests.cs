using Grpc.Core;
using Grpc.Net.Client;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>The trainer as a process of its own that is told to end at work. What a kill does is tested with serving running, end to end.</summary>
public sealed class StoppedTrainerTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_stopped_trainer_marks_its_training_as_failed_and_says_why()
    {
        using var folder = new TempFolder("stopped");
        using (var lake = new Lake.ListenLake(folder.File("lake")))
        {
            await lake.AppendAsync(TrainerHost.Log.Listens);
        }

        await using var database = await SampleDatabase.CreatePostgresAsync(await postgres.CreateDatabaseAsync());
        string stopped;
        await using (var trainer = await TrainerProcess.StartAsync(folder, database))
        {
            stopped = (await trainer.Client.TrainModelAsync(TrainerHost.Quick(("als.iterations", "1000"), ("als.factors", "256")))).ModelVersion;
            await trainer.WatchAsync(stopped, progress => progress.Stage == "models");
        }

        var model = (await database.Models.GetAsync(stopped, CancellationToken.None)).ShouldNotBeNull();
        model.Status.ShouldBe(Data.Models.ModelStatus.Failed);
        model.Error.ShouldNotBeNull().ShouldContain("stopped");
    }

    /// <summary>The trainer's program on free ports, with the bus in memory: nobody listens here.</summary>
    private sealed class TrainerProcess(ChildProcess process, GrpcChannel channel) : IAsyncDisposable
    {
        public TrainerService.TrainerServiceClient Client { get; } = new(channel);

        public static async Task<TrainerProcess> StartAsync(TempFolder folder, SampleDatabase database)
        {
            var (grpc, http) = (FreePort.Next(), FreePort.Next());
            var process = ChildProcess.StartDotnet(
                Path.Combine(AppContext.BaseDirectory, "RecSys.Trainer.dll"),
                [
                    $"--Endpoints:Grpc=http://127.0.0.1:{grpc}", $"--Endpoints:Http=http://127.0.0.1:{http}", $"--Lake:Root={folder.File("lake")}", $"--Trainer:WorkFolder={folder.File("work")}", "--Bus:Transport=Memory",
                    .. database.Settings.Select(setting => $"--{setting.Key}={setting.Value}"),
                ]);
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
}
