using System.CommandLine;
using RecSys.Cli.Models;
using RecSys.Cli.Output;
using RecSys.Contracts.Trainer.V1;
using RecSys.Standalone;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys demo</c>: the main job in one go.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var data = new Option<string?>("--data")
        {
            Description = "Use a real log instead of a generated one: hetrec:DIR or triples:FILE (files may be gzipped)",
            HelpName = "FORMAT:PATH",
        };
        var seed = CommandOptions.Seed("the generated log");
        var user = new Option<string?>("--user") { Description = "Show this user; by default one with a typical history", HelpName = "USER" };
        var keep = new Option<DirectoryInfo?>("--keep") { Description = "Use this data folder and leave it there; it must be new or empty", HelpName = "DIR" };
        var stay = new Option<bool>("--stay") { Description = "Keep serving on the standard ports until stopped" };
        var set = TrainingRun.CreateSetOption();
        var json = ResultWriter.CreateOption();
        var command = new Command("demo", "The main job in one go: listens in, training, evaluation, recommendations with reasons") { data, seed, user, set, keep, stay, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var training = new TrainModelRequest();
            TrainingRun.Set(training, parsed.GetValue(set));
            var writer = ResultWriter.From(parsed, json);
            var folder = parsed.GetValue(keep);
            if (folder is { Exists: true } && folder.EnumerateFileSystemInfos().Any())
            {
                throw new UsageException($"--keep {folder}: the folder is not empty; a demo starts from a fresh one.");
            }

            var temporary = folder is null ? Directory.CreateTempSubdirectory("recsys-demo-") : null;
            try
            {
                var run = new DemoRun(writer, folder ?? temporary!, training, parsed.GetValue(user), parsed.GetValue(stay));
                await run.RunAsync(
                    (console, scratch) => DemoSource.ReadAsync(parsed.GetValue(data), parsed.GetValue(seed), console, scratch, cancellationToken), cancellationToken);
                return 0;
            }
            finally
            {
                temporary?.Delete(recursive: true);
            }
        });
        return command;
    }
}
