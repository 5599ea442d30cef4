using System.CommandLine;
using System.Text.Json.Nodes;
using Grpc.Core;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Trainer.Settings;
using Spectre.Console;
using Status = Grpc.Core.Status;

namespace RecSys.Cli.Models;

/// <summary><c>recsys train</c>: trains a model version and waits for it.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var set = TrainingRun.CreateSetOption();
        var config = new Option<FileInfo?>("--config") { Description = "A YAML file of settings; --set overrides it", HelpName = "FILE" };
        var printConfig = new Option<bool>("--print-config") { Description = "Print such a file with all settings and their defaults, and end" };
        var force = new Option<bool>("--force") { Description = "Activate the version even if it is measured to be worse than the active one" };
        var refresh = new Option<bool>("--refresh")
        {
            Description = "Bring the active version up to date without a new fit: factors and lists of users who have listened, popular and next tracks",
        };
        var keepActive = new Option<bool>("--no-activate") { Description = "Leave the active version as it is" };
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("train", "Train a model version from all listens and make it the active one") { config, set, printConfig, force, refresh, keepActive, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(printConfig))
            {
                Console.Out.Write(TrainingFile.WriteDefaults());
                return 0;
            }

            var request = new TrainModelRequest
            {
                SkipActivation = parsed.GetValue(keepActive),
                Force = parsed.GetValue(force),
                Refresh = parsed.GetValue(refresh),
            };
            if (parsed.GetValue(config) is { } file)
            {
                request.Settings.Add(Read(file));
            }

            TrainingRun.Set(request, parsed.GetValue(set));
            await using var running = await system.OpenAsync(parsed, cancellationToken, "recsys train");
            var writer = ResultWriter.From(parsed, json);
            var model = await TrainingRun.CompleteAsync(running.Trainer, request, writer.Notes, cancellationToken);
            await writer.WriteAsync(ModelText.ToJson(model), console => ModelText.Print(console, model), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Dictionary<string, string> Read(FileInfo file)
    {
        try
        {
            return new Dictionary<string, string>(TrainingFile.Read(file.FullName));
        }
        catch (TrainingFileException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}

/// <summary>Starts a training and follows it to its end.</summary>
internal static class TrainingRun
{
    /// <summary>The option <c>--set</c>, the same for all commands that train.</summary>
    public static Option<string[]> CreateSetOption() => new("--set")
    {
        Description = "A setting that differs from its default, such as als.factors=128 (docs/training.md lists them)",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Writes what <c>--set</c> gave into a request.</summary>
    /// <exception cref="UsageException">It is no KEY=VALUE.</exception>
    public static void Set(TrainModelRequest request, string[]? settings)
    {
        foreach (var setting in settings ?? [])
        {
            var at = setting.IndexOf('=');
            if (at < 1)
            {
                throw new UsageException($"--set {setting}: KEY=VALUE is expected, such as als.factors=128.");
            }

            request.Settings[setting[..at]] = setting[(at + 1)..];
        }
    }

    /// <returns>The finished version.</returns>
    /// <exception cref="RpcException">The training could not start or failed; the status says why.</exception>
    public static async Task<Model> CompleteAsync(
        TrainerService.TrainerServiceClient trainer, TrainModelRequest request, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var started = await trainer.TrainModelAsync(request, cancellationToken: cancellationToken);
        if (started.ResumedAfter.Length > 0)
        {
            console.WriteLine($"A training with the same settings was broken off; this one goes on after its stage '{started.ResumedAfter}'.");
        }

        using var watch = trainer.WatchTraining(new WatchTrainingRequest { ModelVersion = started.ModelVersion }, cancellationToken: cancellationToken);
        var end = await TrainingProgressView.RunAsync(console, watch.ResponseStream.ReadAllAsync(cancellationToken));
        return end.State == TrainingState.Failed
            ? throw new RpcException(new Status(StatusCode.Internal, $"the training failed in stage {end.Stage}: {end.Message}"))
            : (await trainer.GetModelAsync(new GetModelRequest { ModelVersion = started.ModelVersion }, cancellationToken: cancellationToken)).Model;
    }
}

/// <summary>Follows a training: a bar with the time left on a terminal, a line for each stage otherwise.</summary>
internal static class TrainingProgressView
{
    /// <summary>Shows the progress until it ends.</summary>
    /// <returns>The last one.</returns>
    public static Task<TrainingProgress> RunAsync(IAnsiConsole console, IAsyncEnumerable<TrainingProgress> progress) =>
        console.Profile.Capabilities.Interactive ? ShowBarAsync(console, progress) : WriteLinesAsync(console, progress);

    private static Task<TrainingProgress> ShowBarAsync(IAnsiConsole console, IAsyncEnumerable<TrainingProgress> progress) =>
        console.Progress()
            .HideCompleted(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("Training", maxValue: 1);
                var last = new TrainingProgress();
                await foreach (var news in progress)
                {
                    last = news;
                    bar.Value = Math.Clamp(news.TotalDone, 0, 1);
                    bar.Description = Markup.Escape($"{news.Stage} {news.Message}".Trim());
                }

                return last;
            });

    private static async Task<TrainingProgress> WriteLinesAsync(IAnsiConsole console, IAsyncEnumerable<TrainingProgress> progress)
    {
        var last = new TrainingProgress();
        var begun = DateTimeOffset.MinValue;
        await foreach (var news in progress)
        {
            if (news.Stage != last.Stage)
            {
                Write();
                begun = news.ProgressTime.ToDateTimeOffset();
            }

            last = news;
        }

        Write();
        return last;

        void Write()
        {
            if (last.Stage.Length > 0)
            {
                var seconds = (last.ProgressTime.ToDateTimeOffset() - begun).TotalSeconds;
                console.Profile.Out.Writer.WriteLine($"{last.TotalDone,4:P0}  {last.Stage,-9} {last.Message} ({Math.Max(0, seconds):F1} s)");
            }
        }
    }
}
