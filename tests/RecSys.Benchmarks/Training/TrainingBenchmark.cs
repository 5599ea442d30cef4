using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Hosting;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Startup;
using RecSys.Trainer;
using RecSys.Trainer.Settings;

namespace RecSys.Benchmarks.Training;

/// <summary>
/// A whole training as <c>recsys train</c> does it, on the lake and the catalogue of a data folder: seconds, processor seconds and most
/// memory of every stage. The version goes into a copy of the folder's database, which is removed in the end.
/// </summary>
internal static class TrainingBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var data = arguments.Get("data", "");
        if (data.Length == 0)
        {
            throw new ArgumentException("Name a data folder, such as --data DATA after: recsys generate FOLDER, recsys import yandex FOLDER --data DATA.");
        }

        RunAsync(data, arguments).GetAwaiter().GetResult();
    }

    private static async Task RunAsync(string data, BenchmarkArguments arguments)
    {
        var work = Directory.CreateTempSubdirectory("recsys-training-");
        try
        {
            File.Copy(Path.Combine(data, "recsys.db"), Path.Combine(work.FullName, "recsys.db"));
            var builder = RecSysHost.CreateBuilder(
                [
                    "--Endpoints:Grpc=http://127.0.0.1:0", "--Endpoints:Http=http://127.0.0.1:0", "--Bus:Transport=Memory",
                    "--Logging:LogLevel:Default=Error", "--Database:Provider=sqlite",
                    $"--Database:ConnectionString=Data Source={Path.Combine(work.FullName, "recsys.db")}",
                    $"--Lake:Root={Path.Combine(data, "lake")}", $"--Trainer:WorkFolder={Path.Combine(work.FullName, "work")}",
                ],
                new ServiceDefaults("trainer", GrpcPort: 0, HttpPort: 0));
            builder.AddTrainer();
            await using var app = RecSysHost.Build(builder);
            app.MapTrainer();
            await app.StartAsync();
            await app.Services.GetRequiredService<StartupGate>().WaitAsync(CancellationToken.None);
            using var channel = GrpcChannel.ForAddress(
                app.Services.GetRequiredService<BoundEndpoints>().Grpc, new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure });
            await TrainAsync(new TrainerService.TrainerServiceClient(channel), arguments);
            await app.StopAsync();
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task TrainAsync(TrainerService.TrainerServiceClient client, BenchmarkArguments arguments)
    {
        var request = new TrainModelRequest();
        foreach (var setting in TrainingSettings.All)
        {
            if (arguments.Get(setting.Key, "") is { Length: > 0 } value)
            {
                request.Settings.Add(setting.Key, value);
            }
        }

        var watches = new Stopwatches();
        var version = (await client.TrainModelAsync(request)).ModelVersion;
        using var call = client.WatchTraining(new WatchTrainingRequest { ModelVersion = version });
        var (stage, message, seconds, cpuSeconds, most) = ("", "", 0.0, 0.0, 0L);
        Console.WriteLine("| stage | s | CPU-s | MiB at most | |");
        Console.WriteLine("|---|---|---|---|---|");
        await foreach (var progress in call.ResponseStream.ReadAllAsync())
        {
            if (progress.Stage != stage)
            {
                EndStage();
                stage = progress.Stage;
            }

            message = progress.Message;
        }

        EndStage();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| all | {watches.Seconds:f1} | {watches.CpuSeconds:f1} | {most:n0} | {message} |"));
        var model = (await client.GetModelAsync(new GetModelRequest { ModelVersion = version })).Model;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{model.Status}: {model.UserCount:n0} users, {model.TrackCount:n0} tracks, {model.InteractionCount:n0} cells"));

        void EndStage()
        {
            if (stage.Length > 0)
            {
                var peak = PeakMemory.MiB();
                most = Math.Max(most, peak);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {stage} | {watches.Seconds - seconds:f1} | {watches.CpuSeconds - cpuSeconds:f1} | {peak:n0} | {message} |"));
            }

            (seconds, cpuSeconds) = (watches.Seconds, watches.CpuSeconds);
            PeakMemory.Reset();
        }
    }
}
