using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using RecSys.Analytics.Synthetic;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Standalone;
using RecSys.TestKit;

namespace RecSys.Benchmarks;

/// <summary>What benchmarks read of others, as small as it may be; made when the first asks for it, and removed in the end.</summary>
internal sealed class SmallestInputs : IAsyncDisposable
{
    private readonly TempFolder _folder = new("smallest");
    private StandaloneHost? _system;

    private DirectoryInfo Data => new(_folder.File("data"));

    /// <summary>
    /// The arguments with what stands in braces made: <c>{file}</c> of adjacency, <c>{log}</c> that was generated in Yandex's format,
    /// <c>{data}</c> folder of a system with listens and a model, its <c>{lake}</c>, and the address of that system as <c>{server}</c>.
    /// </summary>
    public async Task<string[]> FillAsync(string arguments)
    {
        var words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = words[i] switch
            {
                "{file}" => await MakeFileAsync(),
                "{log}" => await MakeLogAsync(),
                "{data}" => await MakeDataAsync(),
                "{lake}" => Path.Combine(await MakeDataAsync(), "lake"),
                "{server}" => (await RunAsync()).GrpcAddress.ToString(),
                var word => word,
            };
        }

        return words;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task<string> MakeFileAsync()
    {
        var file = _folder.File("train.txt");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 60).Select(user => $"{user} {user % 20} {20 + (user % 7)} {27 + (user % 3)}"));
        return file;
    }

    private async Task<string> MakeLogAsync()
    {
        var folder = _folder.File("log");
        if (!Directory.Exists(folder))
        {
            await YandexLogGenerator.WriteAsync(folder, new YandexLogOptions { UserCount = 16, TrackCount = 500, InteractionCount = 1_000, Days = 30 });
        }

        return folder;
    }

    /// <summary>The data folder with nobody at work in it.</summary>
    private async Task<string> MakeDataAsync()
    {
        await RunAsync();
        await StopAsync();
        return Data.FullName;
    }

    private async Task<StandaloneHost> RunAsync()
    {
        var isNew = !Data.Exists;
        _system ??= await StandaloneHost.StartAsync(StandaloneSettings.Quiet(Data) with { IsIsolated = true });
        if (isNew)
        {
            using var channel = GrpcChannel.ForAddress(_system.GrpcAddress);
            await SubmitAsync(channel);
            await TrainAsync(channel);
        }

        return _system;
    }

    private async Task StopAsync()
    {
        if (_system is not null)
        {
            await _system.DisposeAsync();
            _system = null;
        }
    }

    private static async Task SubmitAsync(GrpcChannel channel)
    {
        var ingest = new IngestService.IngestServiceClient(channel);
        var log = SyntheticLog.Generate(new SyntheticLogOptions
        {
            EndsAt = DateTimeOffset.UtcNow.AddDays(-1),
            UserCount = 40,
            TrackCount = 100,
            ListenCount = 2_000,
            Days = 60,
        });
        foreach (var batch in log.Listens.Chunk(500))
        {
            var request = new SubmitListensRequest { Producer = "benchmark" };
            request.Listens.AddRange(batch.Select(listen => new Listen
            {
                UserId = listen.UserId,
                TrackId = listen.TrackId,
                ListenTime = listen.ListenedAt.ToTimestamp(),
            }));
            await ingest.SubmitListensAsync(request);
        }
    }

    private static async Task TrainAsync(GrpcChannel channel)
    {
        var trainer = new TrainerService.TrainerServiceClient(channel);
        var started = await trainer.TrainModelAsync(new TrainModelRequest
        {
            Settings = { ["als.factors"] = "8", ["als.iterations"] = "2", ["ranker.trees"] = "5", ["ranker.windows"] = "1" },
        });
        using var watch = trainer.WatchTraining(new WatchTrainingRequest { ModelVersion = started.ModelVersion });
        TrainingProgress? last = null;
        await foreach (var progress in watch.ResponseStream.ReadAllAsync())
        {
            last = progress;
        }

        if (last?.State != TrainingState.Succeeded)
        {
            throw new InvalidOperationException($"The training ended with: {last?.Message}");
        }
    }
}
