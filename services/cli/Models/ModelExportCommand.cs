using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Imports;
using RecSys.Cli.Output;
using RecSys.Lake.Exports;
using Spectre.Console;

namespace RecSys.Cli.Models;

/// <summary><c>recsys models export [VERSION]</c>.</summary>
internal static class ModelExportCommand
{
    private const string Parquet = "parquet";
    private const string Lines = "jsonl";
    private const string Factors = "npz";

    public static Command Create()
    {
        var version = new Argument<string?>("VERSION") { Description = "The model version, the active one by default", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string>("--format")
        {
            Description = "parquet: tables; jsonl: every user's list as a line; npz: the factors for numpy",
            DefaultValueFactory = _ => Parquet,
        };
        format.AcceptOnlyFromAmong(Parquet, Lines, Factors);
        var output = new Option<string>("--output")
        {
            Description = "Folder or s3://BUCKET/PREFIX that is new, empty or holds an earlier export, which is replaced",
            HelpName = "FOLDER",
            Required = true,
        };
        var tables = new Option<string?>("--tables")
        {
            Description = $"With --format parquet: which tables, of {string.Join(", ", ExportTables.All)}; all by default",
            HelpName = "TABLE,…",
        };
        var data = SystemOptions.DataFolder("Data folder of the standalone system");
        var json = ResultWriter.CreateOption();
        var command = new Command("export", "Write a version, and the log's clean tables, for other tools (docs/exports.md)") { version, format, output, tables, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var chosenFormat = parsed.GetValue(format)!;
            var chosen = Choose(parsed.GetValue(tables), chosenFormat);
            var writer = ResultWriter.From(parsed, json);
            await using var stores = await ImportTarget.OpenExistingAsync(parsed.GetValue(data)!, cancellationToken);
            var model = chosenFormat == Parquet && chosen.All(ExportTables.IsOfLog)
                ? null
                : await StoredModel.FindAsync(parsed.GetValue(version), stores, cancellationToken);
            await using var target = await ExportTarget.OpenAsync(parsed.GetValue(output)!, stores.S3, cancellationToken);
            var export = new ModelExport(stores, model, target, writer.Notes);
            await (chosenFormat switch
            {
                Lines => export.WriteLinesAsync(cancellationToken),
                Factors => export.WriteFactorsAsync(cancellationToken),
                _ => export.WriteTablesAsync(chosen, cancellationToken),
            });
            var manifest = await export.PublishAsync(cancellationToken);
            await writer.WriteAsync(
                ToJson(manifest, chosenFormat, parsed.GetValue(output)!), console => Print(console, manifest, parsed.GetValue(output)!), cancellationToken);
            return 0;
        });
        return command;
    }

    private static string[] Choose(string? tables, string format)
    {
        if (tables is null)
        {
            return [.. ExportTables.All];
        }

        if (format != Parquet)
        {
            throw new UsageException($"--tables is for --format {Parquet}: leave it out with --format {format}.");
        }

        var chosen = tables.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var unknown = chosen.FirstOrDefault(table => !ExportTables.All.Contains(table));
        return chosen.Length > 0 && unknown is null
            ? chosen
            : throw new UsageException($"--tables {tables}: {(unknown is null ? "names no table" : $"there is no table {unknown}")}. There are {string.Join(", ", ExportTables.All)}.");
    }

    private static JsonObject ToJson(ExportManifest manifest, string format, string output) => new()
    {
        ["modelVersion"] = manifest.ModelVersion,
        ["format"] = format,
        ["output"] = output,
        ["files"] = new JsonArray([.. manifest.Files.Select(file =>
            (JsonNode)new JsonObject { ["name"] = file.Name, ["rows"] = file.Rows, ["bytes"] = file.Bytes })]),
    };

    private static void Print(IAnsiConsole console, ExportManifest manifest, string output)
    {
        console.MarkupLineInterpolated($"Exported {manifest.ModelVersion ?? "the log"} to [bold]{output}[/]");
        var table = Tables.Create("File", "Rows", "Bytes");
        foreach (var file in manifest.Files)
        {
            table.AddRow(Markup.Escape(file.Name), $"{file.Rows:N0}", $"{file.Bytes:N0}");
        }

        console.Write(table);
    }
}
