using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Cli.Training;
using RecSys.Contracts.Trainer.V1;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys train</c>: trains a model version and waits for it.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var set = new Option<string[]>("--set")
        {
            Description = "A setting that differs from its default, such as als.factors=128 (docs/training.md lists them)",
            HelpName = "KEY=VALUE",
            AllowMultipleArgumentsPerToken = true,
        };
        var keepActive = new Option<bool>("--no-activate") { Description = "Leave the active version as it is" };
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("train", "Train a model version from all listens and make it the active one") { set, keepActive, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = new TrainModelRequest { SkipActivation = parsed.GetValue(keepActive) };
            foreach (var setting in parsed.GetValue(set) ?? [])
            {
                var at = setting.IndexOf('=');
                if (at < 1)
                {
                    throw new UsageException($"--set {setting}: KEY=VALUE is expected, such as als.factors=128.");
                }

                request.Settings[setting[..at]] = setting[(at + 1)..];
            }

            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var writer = ResultWriter.From(parsed, json);
            var model = await TrainingRun.CompleteAsync(running.Trainer, request, writer.Notes, cancellationToken);
            await writer.WriteAsync(ModelText.ToJson(model), console => ModelText.Print(console, model), cancellationToken);
            return 0;
        });
        return command;
    }
}
