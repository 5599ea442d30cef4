using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Cli.Connections;
using RecSys.Cli.Imports;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Lake;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys lake status|query|add|compact</c>: looks at the files of listens and exposures and after them.</summary>
internal static class LakeCommand
{
    private static readonly Option<DirectoryInfo> Data =
        SystemOptions.DataFolder("Data folder of the standalone system; RECSYS__LAKE__ROOT names another lake");

    public static Command Create() => new("lake", "Look at the files of listens and exposures and after them") { Status(), Query(), Add(), Compact() };

    private static Command Status()
    {
        var json = ResultWriter.CreateOption();
        var command = new Command("status", "Segments, dates, imports and their sizes") { Data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var folderLake = await OpenAsync(parsed, cancellationToken);
            var lake = folderLake.Lake;
            using var queries = new LakeQueries(lake);
            var status = await new LakeUpkeep(queries).ReadStatusAsync(cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(
                ToJson(lake, status),
                console =>
                {
                    console.Profile.Out.Writer.WriteLine(
                        $"{lake.Location}: {NumberText.Count(status.Segments, "segment")} of {NumberText.Count(status.Dates.Count, "date")}, {NumberText.Count(status.Rows, "row")}, {Size(status.Bytes)}");
                    if (status.Dates.Count > 0)
                    {
                        var most = status.Dates.MaxBy(date => date.Segments)!;
                        console.Profile.Out.Writer.WriteLine($"{status.Dates[0].Date} to {status.Dates[^1].Date}, most segments on {most.Date}: {most.Segments:N0}");
                    }

                    if (status.Exposures.Count > 0)
                    {
                        console.Profile.Out.Writer.WriteLine(
                            $"Exposures: {NumberText.Count(status.Exposures.Sum(date => date.Segments), "segment")} of {NumberText.Count(status.Exposures.Count, "date")}, {NumberText.Count(status.Exposures.Sum(date => date.Rows), "row")}, {Size(status.Exposures.Sum(date => date.Bytes))}");
                    }

                    if (status.Imports.Count > 0)
                    {
                        var table = Tables.Create("Import", "Format", "Listens", "Users", "Tracks", "Size");
                        foreach (var (report, bytes) in status.Imports)
                        {
                            table.AddRow(report.Name, report.Format, $"{report.Kept:N0}", $"{report.Users:N0}", $"{report.Tracks:N0}", Size(bytes));
                        }

                        console.Write(table);
                    }
                },
                cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command Query()
    {
        var sql = new Argument<string>("SQL")
        {
            Description = "A SELECT in DuckDB's SQL from listens (user_id, track_id, listened_at, played_share, play_count), exposures (docs/exposures.md) and tracks (track_id, title, artists, albums, genres)",
        };
        var count = CommandOptions.Count("rows", 10_000_000, 100);
        var json = ResultWriter.CreateOption();
        var command = new Command("query", "Ask the lake in SQL; it is only read") { sql, count, Data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var folderLake = await OpenAsync(parsed, cancellationToken);
            var lake = folderLake.Lake;
            try
            {
                var found = await LakeTable.QueryAsync(lake, parsed.GetValue(sql)!, parsed.GetValue(count), cancellationToken);
                await ResultWriter.From(parsed, json).WriteAsync(
                    new JsonArray([.. found.Rows.Select(row => (JsonNode)new JsonObject(found.Columns.Zip(row, (name, value) => KeyValuePair.Create(name, ToJson(value)))))]),
                    console => Print(console, found),
                    cancellationToken);
                return 0;
            }
            catch (EngineException failure)
            {
                throw new UsageException(failure.Message);
            }
        });
        return command;
    }

    private static void Print(IAnsiConsole console, LakeTable found)
    {
        var table = Tables.Create([.. found.Columns]);
        foreach (var row in found.Rows)
        {
            table.AddRow([.. row.Select(value => Markup.Escape(ToJson(value) switch
            {
                null => "",
                JsonValue text when text.TryGetValue<string>(out var plain) => plain,
                var other => other.ToJsonString(),
            }))]);
        }

        console.Write(table);
        if (found.IsCut)
        {
            console.Profile.Out.Writer.WriteLine($"The first {found.Rows.Count:N0} rows; --count N shows more.");
        }
    }

    private static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        string text => text,
        bool truth => truth,
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        float number => float.IsFinite(number) ? number : null,
        double number => double.IsFinite(number) ? number : null,
        DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFK", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFK", CultureInfo.InvariantCulture),
        System.Collections.IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(ToJson)]),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString(),
    };

    private static Command Add()
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "A Parquet file of another program with user_id, track_id, listened_at, played_share and play_count",
        };
        var json = ResultWriter.CreateOption();
        var command = new Command("add", "Take a Parquet file of listens into the lake, its columns checked and cast") { file, Data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var target = await ImportTarget.OpenAsync(parsed.GetValue(Data)!, cancellationToken);
            var writer = ResultWriter.From(parsed, json);
            var path = parsed.GetValue(file)!.ToString();
            var (added, leftOut) = await ProgressView.RunAsync(writer.Notes, "Adding", _ => new LakeUpkeep(target.Queries).AddFileAsync(path, cancellationToken));
            await writer.WriteAsync(
                new JsonObject { ["file"] = path, ["added"] = added, ["leftOut"] = leftOut },
                console => console.Profile.Out.Writer.WriteLine(
                    $"Added {NumberText.Count(added, "listen")} of {path} to the lake; {NumberText.Count(leftOut, "row")} without a user, track, time or valid values were left out."),
                cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command Compact()
    {
        var minSegments = CommandOptions.Whole(
            "--min-segments", "Only dates with so many small segments", 2, 1_000_000, new CompactionOptions().MinSegments);
        var json = ResultWriter.CreateOption();
        var command = new Command("compact", "Merge small segments of the same date; others may write and read meanwhile") { minSegments, Data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new CompactionOptions { MinSegments = parsed.GetValue(minSegments) };
            await using var folderLake = await OpenAsync(parsed, cancellationToken);
            var lake = folderLake.Lake;
            using var queries = new LakeQueries(lake);
            var writer = ResultWriter.From(parsed, json);
            var report = await ProgressView.RunAsync(writer.Notes, "Compacting", _ => new LakeUpkeep(queries).CompactAsync(options, cancellationToken));
            await writer.WriteAsync(
                new JsonObject
                {
                    ["dates"] = report.Dates,
                    ["segmentsBefore"] = report.SegmentsBefore,
                    ["segmentsAfter"] = report.SegmentsAfter,
                    ["bytesBefore"] = report.BytesBefore,
                    ["bytesAfter"] = report.BytesAfter,
                    ["rowsBefore"] = report.RowsBefore,
                    ["rowsAfter"] = report.RowsAfter,
                },
                console => console.Profile.Out.Writer.WriteLine(report.Dates == 0
                    ? "Nothing to merge."
                    : $"{NumberText.Count(report.SegmentsBefore, "segment")} ({Size(report.BytesBefore)}) of {NumberText.Count(report.Dates, "date")} became {report.SegmentsAfter:N0} ({Size(report.BytesAfter)}); {report.RowsBefore - report.RowsAfter:N0} repeated rows are gone."),
                cancellationToken);
            return 0;
        });
        return command;
    }

    private static Task<FolderLake> OpenAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        new FolderSettings(parsed.GetValue(Data)!).OpenExistingLakeAsync(cancellationToken);

    private static JsonObject ToJson(ListenLake lake, LakeStatus status) => new()
    {
        ["root"] = lake.Location,
        ["segments"] = status.Segments,
        ["rows"] = status.Rows,
        ["bytes"] = status.Bytes,
        ["dates"] = ToJson(status.Dates),
        ["exposures"] = ToJson(status.Exposures),
        ["imports"] = new JsonArray([.. status.Imports.Select(import => (JsonNode)new JsonObject
        {
            ["name"] = import.Report.Name,
            ["format"] = import.Report.Format,
            ["listens"] = import.Report.Kept,
            ["users"] = import.Report.Users,
            ["tracks"] = import.Report.Tracks,
            ["bytes"] = import.Bytes,
        })]),
    };

    private static JsonArray ToJson(IEnumerable<LakeDateStatus> dates) => new([.. dates.Select(date => (JsonNode)new JsonObject
    {
        ["date"] = date.Date, ["segments"] = date.Segments, ["rows"] = date.Rows, ["bytes"] = date.Bytes,
    })]);

    private static string Size(long bytes) => bytes < 1 << 20 ? $"{bytes / 1024.0:F1} KiB" : $"{bytes / 1048576.0:N1} MiB";
}
