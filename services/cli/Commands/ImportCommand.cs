using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Imports;
using RecSys.Cli.Output;
using RecSys.Lake.Imports;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys import FORMAT PATH…</c>.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var format = new Argument<string>("FORMAT") { Description = $"One of {string.Join(", ", LogImporter.Formats)}" };
        format.AcceptOnlyFromAmong([.. LogImporter.Formats]);
        var paths = new Argument<string[]>("PATH") { Description = "Files or folders of the log; compressed ones as they are", Arity = ArgumentArity.OneOrMore };
        var name = new Option<string?>("--name") { Description = "Name of the import in the lake, the format's by default; an import of that name is replaced" };
        var data = SystemOptions.DataFolder("Data folder of the standalone system; created when missing");
        var json = ResultWriter.CreateOption();
        var command = new Command("import", "Bring a log of another system in; ends with a cleaning report") { format, paths, name, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var writer = ResultWriter.From(parsed, json);
            await using var target = await ImportTarget.OpenAsync(parsed.GetValue(data)!, cancellationToken);
            var report = await ImportRun.RunAsync(
                target, parsed.GetValue(format)!, parsed.GetValue(paths)!, parsed.GetValue(name), writer.Notes, cancellationToken);
            await writer.WriteAsync(ToJson(report), console => Print(console, report), cancellationToken);
            return 0;
        });
        return command;
    }

    private static JsonObject ToJson(ImportReport report) => new()
    {
        ["format"] = report.Format,
        ["name"] = report.Name,
        ["rows"] = report.Rows,
        ["kept"] = report.Kept,
        ["users"] = report.Users,
        ["tracks"] = report.Tracks,
        ["plays"] = report.Plays,
        ["named"] = report.NamedTracks,
        ["timed"] = report.Timed,
        ["rules"] = new JsonArray([.. report.Rules.Select(r => (JsonNode)new JsonObject { ["rule"] = r.Rule, ["dropped"] = r.Dropped })]),
    };

    private static void Print(IAnsiConsole console, ImportReport report)
    {
        console.MarkupLineInterpolated(
            $"Imported [bold]{report.Name}[/]: {report.Kept:N0} of {report.Rows:N0} rows kept, {report.Users:N0} users × {report.Tracks:N0} tracks, {report.Plays:N0} plays, {report.NamedTracks:N0} names");
        var table = Tables.Create("Rule", "Dropped");
        foreach (var rule in report.Rules)
        {
            table.AddRow(Markup.Escape(rule.Rule), $"{rule.Dropped:N0}");
        }

        console.Write(table);
    }
}
