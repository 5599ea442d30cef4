using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests;

/// <summary>The main job across five processes, a real broker and a real database.</summary>
public sealed class MainPathTests(DistributedSystem system)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Listens_by_gRPC_and_by_AMQP_come_out_as_recommendations_although_processes_are_killed()
    {
        using var python = await PythonClients.CreateAsync();
        var calm = TasteLog.Plays("calm", "ambient", users: 40, seed: 1).ToArray();
        var loud = TasteLog.Plays("loud", "metal", users: 40, seed: 2).ToArray();

        // One taste comes by gRPC, the other by a plain AMQP client in another language.
        await SubmitAsync(calm);
        (await python.PublishAsync(system.RabbitMq.Uri, loud)).ShouldBe(loud.Length);

        // Serving is killed while listens are on their way and must know all of them when it is back.
        await system["serving"].KillAsync();
        var late = TasteLog.Plays("late", "metal", users: 3, seed: 3).ToArray();
        await SubmitAsync(late);
        system["serving"].StartAgain();
        await system["serving"].WaitUntilReadyAsync(Patience);
        foreach (var user in late.GroupBy(play => play.User))
        {
            await Wait.UntilAsync(async () => (await HistoryAsync(user.Key)).Count == user.Count(), Patience, $"the history of {user.Key}");
        }

        // The trainer is killed in the middle of a training: nothing of it is seen, and the next one runs.
        var lost = await system.Trainer.TrainModelAsync(Training(iterations: 500));
        await system["trainer"].KillAsync();
        system["trainer"].StartAgain();
        await system["trainer"].WaitUntilReadyAsync(Patience);
        var models = await system.Trainer.ListModelsAsync(new ListModelsRequest());
        models.Models.ShouldAllBe(model => model.ModelVersion != lost.ModelVersion || model.Status == ModelStatus.Failed);

        var version = await TrainAsync();
        // A process that has just started may be too slow for serving's time limits at first, which degrades the answer.
        await Wait.UntilAsync(
            async () => await RecommendAsync("calm-0") is { Degraded: false } slate && slate.ModelVersion == version, Patience, "the new version to be served whole");
        foreach (var (user, taste, plays) in new[] { ("calm-0", "ambient", calm), ("loud-7", "metal", loud), ("late-1", "metal", late) })
        {
            var heard = plays.Where(play => play.User == user).Select(play => play.Track).ToHashSet();
            var slate = await RecommendAsync(user);
            slate.Degraded.ShouldBeFalse(string.Join("; ", slate.Degradations));
            slate.Items.Count.ShouldBe(10);
            slate.Items.ShouldAllBe(item => item.Track.TrackId.StartsWith(taste) && !heard.Contains(item.Track.TrackId), $"for {user}");
            slate.Items.ShouldAllBe(item => item.Reason.Length > 0 && item.Sources.Count > 0);
        }

        var foreign = await python.CallAsync(system["serving"].GrpcAddress, "recommend", "loud-7");
        foreign.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("track").GetProperty("trackId").GetString())
            .ShouldBe((await RecommendAsync("loud-7")).Items.Take(5).Select(item => item.Track.TrackId), "the same slate for a Python client");

        var cold = await RecommendAsync("never-seen");
        cold.Items.Count.ShouldBe(10);
        cold.Items.ShouldAllBe(item => item.Reason.Length > 0);
        var model = (await system.Trainer.GetModelAsync(new GetModelRequest())).Model;
        (model.ModelVersion, model.Active).ShouldBe((version, true));
        // Nothing was lost and nothing doubled on the way: the lake, that the model is of, and the database agree, and hold all.
        model.UserCount.ShouldBe(await system.CountAsync("select count(distinct user_id) from recent_listens"));
        model.InteractionCount.ShouldBe(await system.CountAsync("select count(*) from (select distinct user_id, track_id from recent_listens) cells"));
        (await system.CountAsync("select count(*) from recent_listens where split_part(user_id, '-', 1) in ('calm', 'loud', 'late')"))
            .ShouldBe(calm.Length + loud.Length + late.Length);

        // A restart of serving changes nothing, and a listen counts in the very next answer once serving has it from the broker.
        await system["serving"].KillAsync();
        system["serving"].StartAgain();
        await system["serving"].WaitUntilReadyAsync(Patience);
        var warm = await RecommendAsync("calm-0");
        warm.Degraded.ShouldBeFalse($"the first answer is within the time limits: {string.Join("; ", warm.Degradations)}");
        var first = warm.Items[0].Track.TrackId;
        await system.Ingest.SubmitListensAsync(new SubmitListensRequest
        {
            Listens = { new Listen { UserId = "calm-0", TrackId = first, ListenTime = DateTimeOffset.UtcNow.ToTimestamp() } },
        });
        await Wait.UntilAsync(
            async () => (await HistoryAsync("calm-0")).First().Track.TrackId == first, Patience, "the listen to come to serving");
        (await RecommendAsync("calm-0")).Items.ShouldAllBe(item => item.Track.TrackId != first);

        // What serving and a foreign system have shown is joined to the listens that followed.
        (await python.ShowAsync(system.RabbitMq.Uri, "front page", "calm-0", "spring issue", "ambient-1", "ambient-2", "ambient-3")).ShouldBe(1);
        await Wait.UntilAsync(
            async () =>
            {
                var versions = (await system.ReportExposuresAsync()).GetProperty("versions").EnumerateArray().ToDictionary(
                    counts => counts.GetProperty("modelVersion").GetString()!,
                    counts => (Shown: counts.GetProperty("shown").GetInt64(), Played: counts.GetProperty("played").GetInt64()));
                return versions.GetValueOrDefault("spring issue") == (3, 0) && versions.GetValueOrDefault(version).Played == 1;
            },
            Patience,
            "both to be in the report");

        // Whoever is deleted is a stranger to all processes at once, and in the end nowhere.
        await system.Ingest.DeleteUserAsync(new DeleteUserRequest { UserId = "loud-7" });
        (await system.Ingest.SubmitListensAsync(new SubmitListensRequest { Listens = { loud.Where(play => play.User == "loud-7").Select(play => play.ToListen()) } })).Accepted.ShouldBe(0);
        await Wait.UntilAsync(async () => (await HistoryAsync("loud-7")).Count == 0, Patience, "serving to forget");
        await Wait.UntilAsync(async () => TracksOf(await RecommendAsync("loud-7")).SequenceEqual(TracksOf(await RecommendAsync("never-seen"))), Patience, "the slate of a stranger");

        // A trainer that was killed while it read holds its files for an hour; as if that were over.
        await system.CountAsync("with ended as (delete from lake_readers returning 1) select count(*) from ended");
        await Wait.UntilAsync(async () => await system.CountAsync("select count(*) from deleted_users where erased_at is null") == 0, Patience, "the erasure");
        (await DatabaseSearch.InPostgresAsync(system.DatabaseConnectionString, "loud-7")).ShouldBeEmpty();
        (await RecommendAsync("loud-8")).Items.ShouldAllBe(item => item.Track.TrackId.StartsWith("metal"), "of the others nothing is lost");
    }

    private static IEnumerable<string> TracksOf(RecommendResponse slate) => slate.Items.Select(item => item.Track.TrackId);

    private async Task SubmitAsync(IEnumerable<TasteLog.Play> plays)
    {
        foreach (var batch in plays.Chunk(500))
        {
            var request = new SubmitListensRequest { Producer = "end-to-end" };
            request.Listens.AddRange(batch.Select(play => play.ToListen()));
            var answer = await system.Ingest.SubmitListensAsync(request);
            answer.Rejected.ShouldBeEmpty();
            answer.Accepted.ShouldBe(batch.Length);
        }
    }

    private async Task<string> TrainAsync()
    {
        var version = (await system.Trainer.TrainModelAsync(Training(iterations: 10))).ModelVersion;
        using var watch = system.Trainer.WatchTraining(new WatchTrainingRequest { ModelVersion = version });
        TrainingProgress? last = null;
        await foreach (var progress in watch.ResponseStream.ReadAllAsync())
        {
            last = progress;
        }

        last.ShouldNotBeNull().State.ShouldBe(TrainingState.Succeeded, last.Message);
        return version;
    }

    // Whatever another test has trained before, these versions are activated.
    private static TrainModelRequest Training(int iterations) =>
        new() { Settings = { ["als.factors"] = "16", ["als.iterations"] = iterations.ToString(), ["ranker.trees"] = "50", ["gate.enabled"] = "false" } };

    private async Task<RecommendResponse> RecommendAsync(string user) =>
        await system.Serving.RecommendAsync(new RecommendRequest { UserId = user, SlateSize = 10 });

    private async Task<IReadOnlyCollection<HistoryItem>> HistoryAsync(string user) =>
        (await system.Serving.GetHistoryAsync(new GetHistoryRequest { UserId = user, PageSize = 100 })).Items;
}
