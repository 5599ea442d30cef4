using System.CommandLine;
using System.Globalization;
using RecSys.Analytics.Reports;
using RecSys.Cli.Commands;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using Spectre.Console;

namespace RecSys.Cli.Reports;

/// <summary><c>recsys report</c>: what is in a log, as one page of pictures and the same numbers as JSON.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var data = SystemOptions.DataFolder("Data folder whose listens and imports are looked at");
        var output = new Option<DirectoryInfo>("--output")
        {
            Description = $"Folder that {ReportRun.PageFile} and {ReportRun.JsonFile} are written to; created when missing",
            HelpName = "DIR",
            DefaultValueFactory = _ => new DirectoryInfo("."),
        };
        var gap = CommandOptions.Duration("--gap", "The pause that ends a session", TimeSpan.FromMinutes(30));
        var imports = CommandOptions.Imports("Look at");
        var json = ResultWriter.CreateOption();
        var command = new Command("report", "Look at a log: one page of pictures, and the same numbers as JSON") { data, output, gap, imports, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var writer = ResultWriter.From(parsed, json);
            var run = new ReportRun(parsed.GetValue(data)!, parsed.GetValue(output)!, parsed.GetValue(gap), parsed.GetValue(imports) ?? []);
            var report = await run.RunAsync(writer.Notes, cancellationToken);
            await writer.WriteAsync(ReportJson.Create(report), console => Print(console, report, run.Page), cancellationToken);
            return 0;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, LakeReport report, string page)
    {
        var totals = report.Totals;
        console.MarkupLineInterpolated(
            $"{NumberText.Count(totals.Listens, "listen")}, {NumberText.Count(totals.Users, "user")}, {NumberText.Count(totals.Tracks, "track")}{(totals is { From: { } from, To: { } to } ? $", {from:yyyy-MM-dd} to {to:yyyy-MM-dd}" : ", no times")}");
        console.MarkupLineInterpolated(
            $"The top 1 % of tracks have {NumberText.Percent(report.Tracks.TopPercentShare)} of the listens; {NumberText.Percent(totals.RepeatShare)} are repeats.");
        console.Profile.Out.Writer.WriteLine($"Pictures: {page}");
    }
}
