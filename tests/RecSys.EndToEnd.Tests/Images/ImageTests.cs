using Grpc.Core;
using Grpc.Net.Client;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests.Images;

/// <summary>Images hold all that their service needs and nothing that it has no use for, as far as that shows without a container engine.</summary>
public sealed class ImageTests(ServiceImages images, DistributedSystem servers) : IClassFixture<ServiceImages>
{
    // Only against hanging: it takes a few seconds, much longer on a machine that is busy.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // The query engine and the library that learns: a hundred megabytes and more, which online services must not carry.
    private static readonly string[] ForTrainings = ["RecSys.Analytics", "DuckDB.NET", "libduckdb", "LightGBM", "lib_lightgbm"];

    [Theory]
    [InlineData("ingest")]
    [InlineData("candidate")]
    [InlineData("ranker")]
    [InlineData("serving")]
    public async Task An_online_service_has_no_query_engine_and_no_learner_in_its_image(string service)
    {
        var image = images[service];

        image.Files().ShouldContain(image.Assembly);
        image.Files().Where(file => ForTrainings.Any(name => file.Contains(name, StringComparison.OrdinalIgnoreCase))).ShouldBeEmpty();
        var dependencies = await File.ReadAllTextAsync(Path.Combine(image.Folder, Path.ChangeExtension(image.Assembly, ".deps.json")));
        ForTrainings.Where(name => dependencies.Contains(name, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty();
        image.Packages.ShouldBeEmpty();
    }

    [Fact]
    public void The_trainer_has_both_in_its_image_and_the_one_library_that_they_need()
    {
        var files = images["trainer"].Files().ToArray();

        ForTrainings.ShouldAllBe(name => files.Any(file => file.Contains(name, StringComparison.OrdinalIgnoreCase)));
        images["trainer"].Packages.ShouldBe(["libgomp1"]);
    }

    [Fact]
    public async Task The_services_do_the_main_job_with_nothing_but_what_their_images_hold()
    {
        using var folder = new TempFolder("images");
        var lake = folder.CreateFolder("lake");
        var broker = servers.RabbitMq.CreateVirtualHost();
        var database = await servers.Postgres.CreateDatabaseAsync();
        var ports = ServiceProcess.Names.ToDictionary(name => name, _ => (Grpc: FreePort.Next(), Http: FreePort.Next()));
        var roots = ServiceProcess.Names.ToDictionary(name => name, name => new ImageRoot(images[name]));
        var processes = new List<ChildProcess>();
        try
        {
            foreach (var name in ServiceProcess.Names)
            {
                var environment = DistributedSystem.Environment(broker, database, "/lake");
                environment["RECSYS__TRAINER__WORKFOLDER"] = "/lake/.work";
                environment["RECSYS__ENDPOINTS__GRPC"] = $"http://127.0.0.1:{ports[name].Grpc}";
                environment["RECSYS__ENDPOINTS__HTTP"] = $"http://127.0.0.1:{ports[name].Http}";
                environment["RECSYS__SERVICES__CANDIDATE"] = $"http://127.0.0.1:{ports["candidate"].Grpc}";
                environment["RECSYS__SERVICES__RANKER"] = $"http://127.0.0.1:{ports["ranker"].Grpc}";
                processes.Add(roots[name].Start(environment, lake));
            }

            foreach (var (name, process) in ServiceProcess.Names.Zip(processes))
            {
                await process.WaitUntilReadyAsync(new Uri($"http://127.0.0.1:{ports[name].Http}/readyz"), Patience);
            }

            using var ingest = GrpcChannel.ForAddress($"http://127.0.0.1:{ports["ingest"].Grpc}");
            using var trainer = GrpcChannel.ForAddress($"http://127.0.0.1:{ports["trainer"].Grpc}");
            using var serving = GrpcChannel.ForAddress($"http://127.0.0.1:{ports["serving"].Grpc}");
            var listens = await SubmitAsync(new IngestService.IngestServiceClient(ingest));

            // They are in the lake a moment after they were accepted.
            var model = new Model();
            await Wait.UntilAsync(
                async () => (model = await TrainAsync(new TrainerService.TrainerServiceClient(trainer))).InteractionCount == listens,
                Patience,
                "a version of all listens");

            model.Metrics.ShouldContainKey("ranker/trees", $"LightGBM has not learnt:\n{processes[1].Output}");
            await Wait.UntilAsync(
                async () => await new ServingService.ServingServiceClient(serving).RecommendAsync(new RecommendRequest { UserId = "calm-1" })
                    is { Degraded: false, Items.Count: > 0 } slate && slate.ModelVersion == model.ModelVersion,
                Patience,
                "the version to be served whole");
            processes.ShouldAllBe(process => !process.Output.Contains("Cannot load library", StringComparison.Ordinal));
        }
        finally
        {
            await Task.WhenAll(processes.Select(process => process.DisposeAsync().AsTask()));
            foreach (var root in roots.Values)
            {
                root.Dispose();
            }
        }
    }

    /// <summary>
    /// Each user hears a track once, so that there are as many cells as listens, and one a day: a ranker learns from users who come back.
    /// </summary>
    private static async Task<int> SubmitAsync(IngestService.IngestServiceClient ingest)
    {
        var plays = TasteLog.Plays("calm", "ambient", users: 30, seed: 6).Concat(TasteLog.Plays("loud", "metal", users: 30, seed: 7))
            .GroupBy(play => play.User)
            .SelectMany(user => user.Select((play, day) => play with { Time = TasteLog.Start.AddDays(day).AddMinutes(play.Time.Minute) }))
            .ToArray();
        foreach (var batch in plays.Chunk(500))
        {
            var answer = await ingest.SubmitListensAsync(new SubmitListensRequest { Listens = { batch.Select(play => play.ToListen()) } });
            answer.Accepted.ShouldBe(batch.Length);
        }

        return plays.Length;
    }

    /// <summary>The version that was trained; an empty one while the lake has no listens at all.</summary>
    private static async Task<Model> TrainAsync(TrainerService.TrainerServiceClient trainer)
    {
        var request = new TrainModelRequest
        {
            Settings =
            {
                ["als.factors"] = "8", ["als.iterations"] = "3", ["ranker.trees"] = "5", ["ranker.windows"] = "1", ["ranker.enough_users"] = "0",
                ["gate.enabled"] = "false",
            },
        };
        string version;
        try
        {
            version = (await trainer.TrainModelAsync(request)).ModelVersion;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
        {
            return new Model();
        }

        TrainingProgress? last = null;
        using var watch = trainer.WatchTraining(new WatchTrainingRequest { ModelVersion = version });
        await foreach (var progress in watch.ResponseStream.ReadAllAsync())
        {
            last = progress;
        }

        last.ShouldNotBeNull().State.ShouldBe(TrainingState.Succeeded, last.Message);
        return (await trainer.GetModelAsync(new GetModelRequest { ModelVersion = version })).Model;
    }
}
