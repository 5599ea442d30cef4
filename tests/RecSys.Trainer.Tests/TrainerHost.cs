using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Analytics.Synthetic;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.TestKit.Hosts;
using RecSys.Trainer.Pipeline;

namespace RecSys.Trainer.Tests;

/// <summary>The trainer over real sockets with a database and a lake of its own.</summary>
internal sealed class TrainerHost : IAsyncDisposable
{
    private readonly TempFolder _folder;

    private TrainerHost(TempFolder folder, ServiceHost host)
    {
        _folder = folder;
        Host = host;
        Client = new TrainerService.TrainerServiceClient(host.Channel);
    }

    public ServiceHost Host { get; }

    public TrainerService.TrainerServiceClient Client { get; }

    public ModelStore Models => Host.Services.GetRequiredService<ModelStore>();

    public ArtifactStore Artifacts => Host.Services.GetRequiredService<ArtifactStore>();

    /// <summary>Everything of it that is not on a server: the lake, the work folder, and the database where it is a file.</summary>
    public string Folder => _folder.Path;

    /// <summary>What unfinished trainings keep.</summary>
    public string WorkFolder => _folder.File("work");

    public ListenLake Lake => Host.Services.GetRequiredService<ListenLake>();

    /// <summary>A small generated log: 200 listeners with tastes, 600 tracks, 20,000 listens.</summary>
    public static SyntheticLog Log { get; } = SyntheticLog.Generate(new SyntheticLogOptions
    {
        EndsAt = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero),
        UserCount = 200,
        TrackCount = 600,
        ListenCount = 20_000,
        Days = 90,
    });

    /// <summary>On SQLite and the bus in memory.</summary>
    public static Task<TrainerHost> StartAsync(params (string Key, string Value)[] settings) =>
        StartAsync(new TempFolder("trainer"), settings);

    /// <summary>On a database server and a broker.</summary>
    public static Task<TrainerHost> StartAsync(string postgres, Uri broker, params (string Key, string Value)[] settings) => StartAsync(
        new TempFolder("trainer"),
        [
            ("Database:Provider", "postgres"), ("Database:ConnectionString", postgres),
            ("Bus:Transport", "rabbitmq"), ("Bus:Uri", broker.OriginalString),
            .. settings,
        ]);

    /// <summary>Puts <see cref="Log"/> into the lake.</summary>
    public Task FillLakeAsync() => Lake.AppendAsync(Log.Listens);

    /// <summary>Puts the only position of an exposure into the lake.</summary>
    public async Task ShowAsync(DateTimeOffset shownAt)
    {
        var segment = await Lake.WriteAsync([new LakeExposure("slate", "user-1", shownAt, "track", 1)]);
        await Host.Services.GetRequiredService<ISegmentCatalogue>().SwapAsync([segment], [], CancellationToken.None);
    }

    /// <summary>Settings with which a training of <see cref="Log"/> takes about a second.</summary>
    public static TrainModelRequest Quick(params (string Key, string Value)[] settings)
    {
        var request = new TrainModelRequest { Settings = { ["als.factors"] = "16", ["als.iterations"] = "6", ["threads"] = "1", ["ranker.enabled"] = "false" } };
        foreach (var (key, value) in settings)
        {
            request.Settings[key] = value;
        }

        return request;
    }

    /// <summary>Trains to the end, good or bad.</summary>
    public async Task<(Model Model, List<TrainingProgress> Progress)> TrainAsync(TrainModelRequest request)
    {
        // From before it begins: the first stage of a quick one may be over before WatchTraining is asked.
        using var stop = new CancellationTokenSource();
        var news = new ConcurrentQueue<TrainingProgress>();
        var listening = ListenAsync();
        try
        {
            var version = (await Client.TrainModelAsync(request)).ModelVersion;
            var end = (await WatchAsync(version))[^1];
            await Wait.UntilAsync(() => news.Contains(end), TimeSpan.FromSeconds(5), "the end that WatchTraining told of");
            return (await GetAsync(version), [.. news.Where(progress => progress.ModelVersion == version)]);
        }
        finally
        {
            await stop.CancelAsync();
            await listening;
        }

        async Task ListenAsync()
        {
            try
            {
                await foreach (var progress in Host.Services.GetRequiredService<ProgressBoard>().WatchAllAsync(stop.Token))
                {
                    news.Enqueue(progress);
                }
            }
            catch (OperationCanceledException)
            {
                // The training has ended.
            }
        }
    }

    /// <summary>What WatchTraining says until it ends.</summary>
    public async Task<List<TrainingProgress>> WatchAsync(string version)
    {
        using var call = Client.WatchTraining(new WatchTrainingRequest { ModelVersion = version });
        return await call.ResponseStream.ReadAllAsync().ToListAsync();
    }

    public async Task<Model> GetAsync(string version) =>
        (await Client.GetModelAsync(new GetModelRequest { ModelVersion = version })).Model;

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<TrainerHost> StartAsync(TempFolder folder, (string Key, string Value)[] settings)
    {
        Dictionary<string, string> all = new()
        {
            ["Database:Provider"] = "sqlite",
            ["Database:ConnectionString"] = $"Data Source={folder.File("recsys.db")}",
            ["Lake:Root"] = folder.File("lake"),
            ["Lake:Threads"] = "1",
            ["Trainer:WorkFolder"] = folder.File("work"),
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return new TrainerHost(folder, await ServiceHost.StartAsync("trainer", builder => builder.AddTrainer(), app => app.MapTrainer(), all));
    }
}
