using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Analytics.Imports;
using RecSys.Cli.Connections;
using RecSys.Cli.Imports;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Data.Artifacts;
using RecSys.Hosting.Errors;
using RecSys.Trainer.Publishing;
using Spectre.Console;

namespace RecSys.Cli.Models;

/// <summary><c>recsys models import FILE.npz</c>.</summary>
internal static class ModelImportCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("FILE") { Description = "Factors as numpy's savez writes them (docs/exports.md), or s3://BUCKET/KEY" };
        var set = new Option<string[]>("--set")
        {
            Description = "What the factors were fitted with, where the file does not say, such as als.regularization=0.02",
            HelpName = "KEY=VALUE",
            AllowMultipleArgumentsPerToken = true,
        };
        var data = SystemOptions.DataFolder("Data folder of the standalone system; created when missing");
        var json = ResultWriter.CreateOption();
        var command = new Command("import", "Make a version of factors that were fitted elsewhere; 'recsys models activate' makes it answer") { path, set, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var writer = ResultWriter.From(parsed, json);
            var given = Settings(parsed.GetValue(set) ?? []);
            var name = parsed.GetValue(path)!;
            var settings = new FolderSettings(parsed.GetValue(data)!);
            FactorFile file;
            await using (var folderLake = await settings.OpenLakeAsync(cancellationToken))
            using (var inputs = await S3Inputs.FetchAsync(folderLake.Lake, [name], settings.S3, cancellationToken))
            {
                file = await FactorFileReader.ReadAsync(inputs.Paths[0], name, cancellationToken);
            }

            await using var stores = await ImportTarget.OpenAsync(parsed.GetValue(data)!, cancellationToken);
            var version = await ImportAsync(stores, file, given, writer.Notes, cancellationToken);
            await writer.WriteAsync(
                new JsonObject
                {
                    ["modelVersion"] = version,
                    ["users"] = file.UserIds.Length,
                    ["tracks"] = file.ItemIds.Length,
                    ["factors"] = file.FactorCount,
                },
                console => console.MarkupLineInterpolated(
                    $"Imported [bold]{version}[/]: {NumberText.Count(file.UserIds.Length, "user")} × {NumberText.Count(file.ItemIds.Length, "track")}, {file.FactorCount} factors. Make it answer with 'recsys models activate {version}'."),
                cancellationToken);
            return 0;
        });
        return command;
    }

    private static async Task<string> ImportAsync(
        ImportTarget stores, FactorFile file, IReadOnlyDictionary<string, string> given, IAnsiConsole notes, CancellationToken cancellationToken)
    {
        try
        {
            var import = new FactorImport(stores.Models, stores.Artifacts, stores.DeletedUsers, stores.TrainerLock, stores.Queries);
            return await ProgressView.RunAsync(notes, "Importing factors", report => import.RunAsync(file, given, report, cancellationToken));
        }
        catch (RecSysException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private static Dictionary<string, string> Settings(string[] given)
    {
        var settings = new Dictionary<string, string>();
        foreach (var setting in given)
        {
            var at = setting.IndexOf('=');
            if (at < 1 || !setting.StartsWith("als.", StringComparison.Ordinal))
            {
                throw new UsageException($"--set {setting}: als.KEY=VALUE is expected, such as als.regularization=0.02.");
            }

            settings[setting[..at]] = setting[(at + 1)..];
        }

        return settings;
    }
}
