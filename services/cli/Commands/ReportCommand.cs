using System.CommandLine;
using System.Globalization;
using RecSys.Analytics.Reports.Figures;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Cli.Reports;
using Spectre.Console;

namespace RecSys.Cli.Commands;

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
        var gap = new Option<TimeSpan>("--gap")
        {
            Description = "The pause that ends a session, such as 30m, 45s or 2h",
            HelpName = "TIME",
            CustomParser = ParseGap,
            DefaultValueFactory = _ => TimeSpan.FromMinutes(30),
        };
        var imports = new Option<string[]>("--import")
        {
            Description = "Look at these imports only; by default at everything",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
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
            $"{totals.Listens:N0} listens, {totals.Users:N0} users, {totals.Tracks:N0} tracks{(totals is { From: { } from, To: { } to } ? $", {from:yyyy-MM-dd} to {to:yyyy-MM-dd}" : ", no times")}");
        console.MarkupLineInterpolated(
            $"The top 1 % of tracks have {NumberText.Percent(report.Tracks.TopPercentShare)} of the listens; {NumberText.Percent(totals.RepeatShare)} are repeats.");
        console.Profile.Out.Writer.WriteLine($"Pictures: {page}");
    }

    private static TimeSpan ParseGap(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var unit = text.Length == 0 ? TimeSpan.Zero : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            _ => TimeSpan.Zero,
        };
        if (unit > TimeSpan.Zero && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * unit is var gap && gap >= TimeSpan.FromSeconds(1) && gap <= TimeSpan.FromDays(365))
        {
            return gap;
        }

        result.AddError($"--gap {text}: give a time from 1 second to a year, such as 45s, 30m or 2h");
        return default;
    }
}
