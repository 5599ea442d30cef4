using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Cli.Training;
using RecSys.Contracts.Trainer.V1;
using RecSys.Trainer.Settings;

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
