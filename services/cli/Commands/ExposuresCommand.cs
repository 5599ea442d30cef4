using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Analytics.Exposures;
using RecSys.Analytics.Listens;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys exposures report|export</c>: what became of the slates that were shown (docs/exposures.md).</summary>
internal static class ExposuresCommand
{
    private const string Unknown = "–";

    public static Command Create() => new("exposures", "What was shown, and whether it was played") { CreateReport(), CreateExport() };

    private static Command CreateReport()
    {
        var choice = new ChoiceOptions();
        var json = ResultWriter.CreateOption();
        var command = new Command("report", "How often what was shown was played, by version, arm, source and rank") { json };
        choice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var opened = await choice.OpenAsync(parsed, cancellationToken);
            using var queries = new LakeQueries(opened.Lake);
            var report = await new ExposureOutcomes(queries).ReportAsync(choice.Read(parsed), cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(ToJson(report), console => Print(console, report), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command CreateExport()
    {
        var choice = new ChoiceOptions();
        var file = new Argument<FileInfo>("FILE") { Description = "The Parquet file to make; one that is there is replaced" };
        file.Validators.Add(result =>
        {
            if (ResultWriter.Obstacle(result.Tokens[0].Value) is { } obstacle)
            {
                result.AddError($"{result.Tokens[0].Value} {obstacle}");
            }
        });
        var json = ResultWriter.CreateOption();
        var command = new Command("export", "Write a row for each position that was shown, and what the user made of it, as Parquet") { file, json };
        choice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!.ToString();
            await using var opened = await choice.OpenAsync(parsed, cancellationToken);
            using var queries = new LakeQueries(opened.Lake);
            var writer = ResultWriter.From(parsed, json);
            var rows = await ProgressView.RunAsync(
                writer.Notes, "Exporting", _ => new ExposureOutcomes(queries).ExportAsync(choice.Read(parsed), path, cancellationToken));
            await writer.WriteAsync(
                new JsonObject { ["file"] = path, ["rows"] = rows },
                console => console.Profile.Out.Writer.WriteLine($"Wrote {NumberText.Count(rows, "row")} to {path}."),
                cancellationToken);
            return 0;
        });
        return command;
    }

    private static JsonObject ToJson(ExposureReport report) => new()
    {
        ["since"] = report.Query.After?.UtcDateTime,
        ["until"] = report.Query.Before?.UtcDateTime,
        ["windowSeconds"] = report.Query.Window.TotalSeconds,
        ["total"] = ToJson(report.Total),
        ["versions"] = ToJson(report.Versions),
        ["arms"] = ToJson(report.Arms),
        ["sources"] = ToJson(report.Sources),
        ["ranks"] = ToJson(report.Ranks),
        ["cells"] = ToJson(report.Cells),
    };

    private static JsonArray ToJson(IEnumerable<ExposureCounts> counts) => new([.. counts.Select(count => (JsonNode)ToJson(count))]);

    private static JsonObject ToJson(ExposureCounts counts)
    {
        var json = new JsonObject();
        foreach (var (name, value) in ((string, string?)[])[
            ("modelVersion", counts.ModelVersion), ("experiment", counts.Experiment), ("arm", counts.Arm), ("source", counts.Source)])
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }

        if (counts.Rank is { } rank)
        {
            json["rank"] = rank;
        }

        var (rate, low, high) = counts.PlayRate;
        json["exposures"] = counts.Exposures;
        json["shown"] = counts.Shown;
        json["played"] = counts.Played;
        json["playRate"] = rate;
        json["low"] = low;
        json["high"] = high;
        json["meanPlayedShare"] = counts.MeanPlayedShare;
        return json;
    }

    private static void Print(IAnsiConsole console, ExposureReport report)
    {
        var total = report.Total;
        if (total.Shown == 0)
        {
            console.WriteLine("No exposures.");
            return;
        }

        console.Profile.Out.Writer.WriteLine(
            $"{NumberText.Count(total.Exposures, "exposure")} of {NumberText.Count(total.Shown, "track")}: {NumberText.Whole(total.Played)} played within {NumberText.Minutes(report.Query.Window.TotalMinutes)}, {Rate(total)}");
        Write("Version", report.Versions, counts => counts.ModelVersion);
        if (report.Arms.Any(counts => counts.Arm!.Length > 0))
        {
            Write("Experiment, arm", report.Arms, counts => counts.Arm!.Length > 0 ? $"{counts.Experiment}, {counts.Arm}" : null);
        }

        Write("Source", report.Sources, counts => counts.Source);
        Write("Rank", report.Ranks, counts => $"{counts.Rank}");

        void Write(string heading, IReadOnlyList<ExposureCounts> all, Func<ExposureCounts, string?> name)
        {
            var table = Tables.Create(heading, "Exposures", "Shown", "Played", "Play rate (95 %)", "Mean share");
            foreach (var counts in all)
            {
                table.AddRow(
                    Markup.Escape(name(counts) is { Length: > 0 } known ? known : Unknown),
                    NumberText.Whole(counts.Exposures),
                    NumberText.Whole(counts.Shown),
                    NumberText.Whole(counts.Played),
                    Rate(counts),
                    counts.MeanPlayedShare is { } share ? NumberText.Percent(share) : Unknown);
            }

            console.Write(table);
        }
    }

    private static string Rate(ExposureCounts counts) =>
        $"{NumberText.Percent(counts.PlayRate.Rate)} ({NumberText.Percent(counts.PlayRate.Low)} to {NumberText.Percent(counts.PlayRate.High)})";

    /// <summary>The options that choose exposures, and the lake that they are in.</summary>
    private sealed class ChoiceOptions
    {
        private readonly Option<DirectoryInfo> _data =
            SystemOptions.DataFolder("Data folder of the standalone system; RECSYS__LAKE__ROOT and RECSYS__DATABASE__… name other stores");

        private readonly Option<DateTimeOffset?> _since = CommandOptions.Time("--since", "Those that were shown then or later, such as 2026-03-01 or 2026-03-01T20:00:00Z");
        private readonly Option<DateTimeOffset?> _until = CommandOptions.Time("--until", "Those that were shown before, such as 2026-03-01 or 2026-03-01T20:00:00Z");
        private readonly Option<TimeSpan> _window = CommandOptions.Duration("--window", "How long after it was shown a play counts", ExposureQuery.All.Window);

        public void AddTo(Command command)
        {
            command.Options.Add(_since);
            command.Options.Add(_until);
            command.Options.Add(_window);
            command.Options.Add(_data);
        }

        public Task<FolderLake> OpenAsync(ParseResult parsed, CancellationToken cancellationToken) =>
            new FolderSettings(parsed.GetValue(_data)!).OpenExistingLakeAsync(cancellationToken);

        public ExposureQuery Read(ParseResult parsed)
        {
            var query = new ExposureQuery { After = parsed.GetValue(_since), Before = parsed.GetValue(_until), Window = parsed.GetValue(_window) };
            return query.After < query.Before || query.After is null || query.Before is null
                ? query
                : throw new UsageException("--until must be after --since.");
        }
    }
}
