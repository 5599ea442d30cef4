using System.Collections.Concurrent;
using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests;

/// <summary>The trainer is killed at work while candidate, ranker and serving answer from the version before.</summary>
public sealed class KilledTrainerTests(DistributedSystem system)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string[] Stages =
    [
        "read", "split", "models", "evaluate", "listens", "candidates", "ranker", "refit", "similar", "next", "sources", "lists", "store",
        "store-ranker", "publish",
    ];

    private static readonly string[] Users = ["quiet-0", "quiet-31", "wild-0", "wild-17", "nobody-knows"];

    // Factors and iterations are enough that a training is still in the stage when the kill comes.
    private static readonly TrainModelRequest Training = new()
    {
        Settings =
        {
            ["als.factors"] = "32", ["als.iterations"] = "40", ["ranker.trees"] = "20", ["ranker.windows"] = "1", ["ranker.enough_users"] = "0",
            ["threads"] = "1", ["gate.enabled"] = "false",
        },
    };

    private readonly ServingService.ServingServiceClient _serving = system.Serving;

    [Fact]
    public async Task A_training_that_is_killed_in_each_stage_is_seen_by_nobody_and_ends_as_if_it_had_not_been()
    {
        foreach (var batch in TasteLog.Plays("quiet", "ambient", users: 40, seed: 4).Concat(TasteLog.Plays("wild", "metal", users: 40, seed: 5)).Chunk(500))
        {
            await system.Ingest.SubmitListensAsync(new SubmitListensRequest { Listens = { batch.Select(play => play.ToListen()) } });
        }

        // Listens are in the lake a moment after they were accepted; all versions must be of the same ones.
        var active = "";
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    active = await TrainAsync();
                }
                catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
                {
                    return false;
                }

                return (await system.Trainer.GetModelAsync(new GetModelRequest { ModelVersion = active })).Model.InteractionCount
                    >= await system.CountAsync("select count(*) from (select distinct user_id, track_id from recent_listens) cells");
            },
            Patience,
            "a version of all listens");

        await WaitUntilServedAsync(active);
        var contents = await system.ContentsAsync(active);
        var lists = await ListsAsync();

        using var end = new CancellationTokenSource();
        var answers = new ConcurrentBag<(string User, RecommendResponse Answer)>();
        var asking = AskAsync(answers, end.Token);
        var killed = new List<string>();
        var resumedAfter = new List<string>();
        foreach (var stage in Stages)
        {
            var started = await system.Trainer.TrainModelAsync(Training);
            await WatchAsync(started.ModelVersion, progress => Array.IndexOf(Stages, progress.Stage) >= Array.IndexOf(Stages, stage));
            await system["trainer"].KillAsync();
            system["trainer"].StartAgain();
            var after = await system.ActiveVersionAsync();
            if (after == started.ModelVersion)
            {
                stage.ShouldBe("publish", "nothing is active before the last stage");
            }
            else
            {
                after.ShouldBe(active, $"killed in {stage}");
                (await ListsAsync()).ShouldBe(lists, $"killed in {stage}");
                killed.Add(started.ModelVersion);
                resumedAfter.Add(started.ResumedAfter);
            }

            (await system.ContentsAsync(active)).ShouldBe(contents, $"killed in {stage}");
            await system["trainer"].WaitUntilReadyAsync(Patience);
            var models = (await system.Trainer.ListModelsAsync(new ListModelsRequest { PageSize = 100 })).Models;
            models.Where(model => killed.Contains(model.ModelVersion)).ShouldAllBe(model => model.Status == ModelStatus.Failed && !model.Active);
            models.Count(model => killed.Contains(model.ModelVersion)).ShouldBe(killed.Count);
            foreach (var version in killed)
            {
                (await system.ContentsAsync(version)).ShouldAllBe(table => table.Rows == 0, $"the rows of {version} are cleaned up");
            }
        }

        // A kill in the last stage may have come when all was done: then that version answers already.
        await end.CancelAsync();
        await asking;
        answers.Select(asked => asked.Answer.ModelVersion).ShouldBeSubsetOf([active, await system.ActiveVersionAsync()]);
        var whole = answers.Where(asked => !asked.Answer.Degraded).ToList();
        whole.ShouldNotBeEmpty();
        whole.ShouldAllBe(asked => TracksOf(asked.Answer) == lists[asked.User]);

        resumedAfter.Select(stage => Array.IndexOf(Stages, stage)).ShouldBeInOrder();
        resumedAfter[0].ShouldBeEmpty();
        resumedAfter.ShouldContain("models");
        resumedAfter.ShouldContain("refit");

        var next = await TrainAsync();
        await WaitUntilServedAsync(next);
        (await system.ContentsAsync(next)).ShouldBe(contents, "the same listens and settings give the same version");
        (await ListsAsync()).ShouldBe(lists);
        Directory.GetDirectories(system.WorkFolder).ShouldBeEmpty("what was kept goes once the version is published");
    }

    private async Task<string> TrainAsync()
    {
        var version = (await system.Trainer.TrainModelAsync(Training)).ModelVersion;
        (await WatchAsync(version, progress => false)).ShouldBe(TrainingState.Succeeded);
        return version;
    }

    /// <summary>Watches a training to its end, or until it is where it should be.</summary>
    private async Task<TrainingState> WatchAsync(string version, Func<TrainingProgress, bool> isThere)
    {
        var state = TrainingState.Unspecified;
        using var call = system.Trainer.WatchTraining(new WatchTrainingRequest { ModelVersion = version });
        await foreach (var progress in call.ResponseStream.ReadAllAsync())
        {
            state = progress.State;
            if (isThere(progress))
            {
                break;
            }
        }

        return state;
    }

    /// <summary>Asks for one user after the other, like clients that know nothing of a training.</summary>
    private async Task AskAsync(ConcurrentBag<(string User, RecommendResponse Answer)> answers, CancellationToken cancellationToken)
    {
        for (var i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            var user = Users[i % Users.Length];
            answers.Add((user, await _serving.RecommendAsync(new RecommendRequest { UserId = user }, cancellationToken: CancellationToken.None)));
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    private async Task WaitUntilServedAsync(string version)
    {
        foreach (var user in Users)
        {
            await Wait.UntilAsync(
                async () => await _serving.RecommendAsync(new RecommendRequest { UserId = user }) is { Degraded: false } slate && slate.ModelVersion == version,
                Patience,
                $"{user} to be answered in full from {version}");
        }
    }

    /// <summary>What users get when nothing is too slow at that moment.</summary>
    private async Task<Dictionary<string, string>> ListsAsync()
    {
        var lists = new Dictionary<string, string>();
        foreach (var user in Users)
        {
            await Wait.UntilAsync(
                async () =>
                {
                    var slate = await _serving.RecommendAsync(new RecommendRequest { UserId = user });
                    lists[user] = TracksOf(slate);
                    return !slate.Degraded;
                },
                Patience,
                $"{user} to be answered in full");
        }

        return lists;
    }

    private static string TracksOf(RecommendResponse slate) => string.Join(' ', slate.Items.Select(item => item.Track.TrackId));
}
