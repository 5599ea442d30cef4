using Grpc.Core;
using Grpc.Net.Client;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.TestKit;
using RecSys.TestKit.Models;
using ModelStatus = RecSys.Contracts.Trainer.V1.ModelStatus;

namespace RecSys.Trainer.Tests.Trainings;

/// <summary>The trainer as a process of its own that is killed at work.</summary>
public sealed class KilledTrainerTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly string[] Stages = ["read", "split", "models", "evaluate", "refit", "similar", "next", "lists", "store", "publish"];

    [Fact]
    public async Task A_training_that_is_killed_in_each_stage_harms_nothing_and_ends_as_if_it_had_not_been()
    {
        using var folder = new TempFolder("killed");
        using (var lake = new Lake.ListenLake(folder.File("lake")))
        {
            await lake.AppendAsync(TrainerHost.Log.Listens);
        }

        await using var database = await SampleDatabase.CreatePostgresAsync(await postgres.CreateDatabaseAsync());
        var request = TrainerHost.Quick(("als.iterations", "30"), ("gate.enabled", "false"));
        var active = "";
        var contents = "";
        var killed = new List<string>();
        var resumedAfter = new List<string>();
        foreach (var stage in Stages)
        {
            await using var trainer = await TrainerProcess.StartAsync(folder, database);
            if (active.Length == 0)
            {
                active = (await trainer.Client.TrainModelAsync(request)).ModelVersion;
                await trainer.WatchAsync(active, progress => false);
                contents = await ContentsAsync(database, active);
            }

            foreach (var version in killed)
            {
                (await database.Models.GetAsync(version, CancellationToken.None))!.Status.ShouldBe(Data.Models.ModelStatus.Failed);
                (await ContentsAsync(database, version)).ShouldBeEmpty($"the rows of {version} are cleaned up");
            }

            var started = await trainer.Client.TrainModelAsync(request);
            await trainer.WatchAsync(
                started.ModelVersion, progress => Array.IndexOf(Stages, progress.Stage) >= Array.IndexOf(Stages, stage));
            await trainer.KillAsync();

            var after = (await database.Models.GetActiveAsync(CancellationToken.None))!.Version;
            if (after == started.ModelVersion)
            {
                stage.ShouldBe("publish", "nothing is visible before the last stage");
                killed.Clear();
            }
            else
            {
                after.ShouldBe(active);
                killed.Add(started.ModelVersion);
                resumedAfter.Add(started.ResumedAfter);
            }

            (await ContentsAsync(database, active)).ShouldBe(contents, $"killed in {stage}");
        }

        resumedAfter.Select(stage => Array.IndexOf(Stages, stage)).ShouldBeInOrder();
        resumedAfter[0].ShouldBeEmpty();
        resumedAfter.ShouldContain("models");
        resumedAfter.ShouldContain("refit");

        await using var last = await TrainerProcess.StartAsync(folder, database);
        var next = (await last.Client.TrainModelAsync(request)).ModelVersion;
        await last.WatchAsync(next, progress => false);
        (await last.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion.ShouldBe(next);
        (await ContentsAsync(database, next)).ShouldBe(contents, "the same listens and settings give the same version");
        Directory.GetDirectories(folder.File("work")).ShouldBeEmpty("what was kept goes once the version is published");
    }

    /// <summary>What serving and candidate read of a version; empty when nothing is there.</summary>
    private static async Task<string> ContentsAsync(SampleDatabase database, string version)
    {
        var lists = new List<string>();
        foreach (var listener in TrainerHost.Log.Listeners)
        {
            if (await database.Models.ReadUserRecommendationsAsync(version, listener.UserId, CancellationToken.None) is { } list)
            {
                lists.Add($"{list.UserId}: {string.Join(' ', list.TrackIds)}");
            }
        }

        await foreach (var similar in database.Models.ReadAllSimilarAsync(version, CancellationToken.None))
        {
            lists.Add($"{similar.TrackId}: {string.Join(' ', similar.SimilarTrackIds)}");
            if (await database.Models.ReadNextAsync(version, similar.TrackId, CancellationToken.None) is { } next)
            {
                lists.Add($"{next.TrackId}: {string.Join(' ', next.NextTrackIds)}");
            }
        }

        lists.AddRange((await database.Models.ReadPopularAsync(version, null, CancellationToken.None)).Select(track => track.ToString()));
        if (await database.Artifacts.ReadMatrixAsync(version, ArtifactNames.AlsItemFactors, CancellationToken.None) is { } factors)
        {
            lists.Add(string.Join(' ', factors.Values));
        }

        return string.Join('\n', lists);
    }

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

        public Task KillAsync() => process.KillAsync();

        public async ValueTask DisposeAsync()
        {
            channel.Dispose();
            await process.DisposeAsync();
        }
    }
}
