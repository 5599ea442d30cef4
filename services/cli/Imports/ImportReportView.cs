using System.Text.Json.Nodes;
using RecSys.Analytics.Imports;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using Spectre.Console;

namespace RecSys.Cli.Imports;

/// <summary>A cleaning report for a person and for a machine.</summary>
internal static class ImportReportView
{
    public static JsonObject ToJson(ImportReport report) => new()
    {
        ["format"] = report.Format,
        ["name"] = report.Name,
        ["stored"] = report.Stored,
        ["rows"] = report.Rows,
        ["kept"] = report.Kept,
        ["users"] = report.Users,
        ["tracks"] = report.Tracks,
        ["plays"] = report.Plays,
        ["named"] = report.NamedTracks,
        ["timed"] = report.Timed,
        ["rules"] = ToJson(report.Rules),
        ["coldUsers"] = report.ColdUsers,
        ["botUsers"] = report.BotUsers,
        ["namedByText"] = report.NamedByText,
        ["catalogue"] = report.Catalogue is { } catalogue
            ? new JsonObject { ["rows"] = catalogue.Rows, ["kept"] = catalogue.Kept, ["rules"] = ToJson(catalogue.Rules) }
            : null,
        ["leftOut"] = new JsonArray([.. report.LeftOut.Select(file => (JsonNode)new JsonObject { ["file"] = file.File, ["rows"] = file.Rows, ["reason"] = file.Reason })]),
    };

    public static void Print(IAnsiConsole console, ImportReport report)
    {
        console.MarkupLineInterpolated(
            $"{(report.Stored ? "Imported" : "Read, but not stored:")} [bold]{report.Name}[/]: {report.Kept:N0} of {NumberText.Count(report.Rows, "row")} kept, {NumberText.Count(report.Users, "user")} × {NumberText.Count(report.Tracks, "track")}, {report.Plays:N0} plays, {NumberText.Count(report.NamedTracks, "name")}");
        if (report.NamedByText > 0)
        {
            console.MarkupLineInterpolated($"{NumberText.Count(report.NamedByText, "row")} without an id of the track: it was made from names");
        }

        if (report.ColdUsers > 0)
        {
            console.MarkupLineInterpolated($"{report.ColdUsers:N0} cold users were set aside");
        }

        if (report.Catalogue is { } catalogue)
        {
            Print(console, "Rule of tracks", catalogue.Rules);
        }

        Print(console, "Rule of listens", report.Rules);
        foreach (var file in report.LeftOut)
        {
            console.MarkupLineInterpolated($"Not imported: {file.File}{(file.Rows is { } rows ? $", {NumberText.Count(rows, "row")}" : "")}: {file.Reason}");
        }
    }

    private static JsonArray ToJson(IEnumerable<ImportRule> rules) =>
    [
        .. rules.Select(rule => new JsonObject
        {
            ["rule"] = rule.Rule,
            ["before"] = rule.Before,
            ["dropped"] = rule.Dropped,
            ["after"] = rule.After,
            ["examples"] = new JsonArray([.. rule.Examples.Select(example => JsonValue.Create(example))]),
        }),
    ];

    private static void Print(IAnsiConsole console, string title, IEnumerable<ImportRule> rules)
    {
        var table = Tables.Create(title, "Before", "Dropped", "After", "For example");
        foreach (var column in (int[])[1, 2, 3])
        {
            table.Columns[column].RightAligned().NoWrap();
        }

        foreach (var rule in rules)
        {
            table.AddRow(
                Markup.Escape(rule.Rule), $"{rule.Before:N0}", $"{rule.Dropped:N0}", $"{rule.After:N0}", Markup.Escape(rule.Examples.FirstOrDefault() ?? ""));
        }

        console.Write(table);
    }
}
