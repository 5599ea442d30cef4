using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using RecSys.Analytics.Synthetic;
using RecSys.Cli.Commands;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;

namespace RecSys.Cli.Imports;

/// <summary><c>recsys generate FOLDER</c>: a log of any size as the three files of format <c>yandex</c>.</summary>
internal static class GenerateCommand
{
    // What a row of interactions takes in the file, for the progress bar.
    private const double BytesPerInteraction = 13.5;

    public static Command Create()
    {
        var defaults = new YandexLogOptions();
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "The folder to write to: a new or an empty one" };
        var users = CommandOptions.Whole("--users", "Users", 16, 10_000_000, defaults.UserCount);
        var tracks = CommandOptions.Whole("--tracks", "Tracks of the catalogue", 500, 10_000_000, defaults.TrackCount);
        var interactions = CommandOptions.Long(
            "--interactions", $"Listens, 2 to {YandexLogOptions.MaxMeanInteractions} a user", 2, long.MaxValue, defaults.InteractionCount);
        var seed = CommandOptions.Seed("the log", defaults.Seed);
        var days = CommandOptions.Whole("--days", "Days of the log from 2022-01-01", 30, 3_650, defaults.Days);
        var json = ResultWriter.CreateOption();
        var command = new Command("generate", "Make up a large log that can be learned from, as the three Parquet files that 'recsys import yandex' reads")
        {
            folder, users, tracks, interactions, seed, days, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var target = parsed.GetValue(folder)!;
            var options = new YandexLogOptions
            {
                UserCount = parsed.GetValue(users),
                TrackCount = parsed.GetValue(tracks),
                InteractionCount = parsed.GetValue(interactions),
                Seed = parsed.GetValue(seed),
                Days = parsed.GetValue(days),
            };
            if (options.Problem() is { } problem)
            {
                throw new UsageException($"No such log can be made: {problem}.");
            }

            if (File.Exists(target.FullName) || (target.Exists && target.EnumerateFileSystemInfos().Any()))
            {
                throw new UsageException($"{target} is not an empty folder. Name a new one.");
            }

            var writer = ResultWriter.From(parsed, json);
            var clock = Stopwatch.StartNew();
            var summary = await ProgressView.RunAsync(writer.Notes, "Generating", progress => YandexLogGenerator.WriteAsync(
                target.FullName,
                options,
                written: bytes => progress(bytes / (BytesPerInteraction * options.InteractionCount), $"{bytes >> 20:N0} MiB"),
                cancellationToken: cancellationToken));
            await writer.WriteAsync(
                ToJson(target, summary, clock.Elapsed),
                console => console.Profile.Out.Writer.WriteLine(
                    $"{NumberText.Count(summary.Interactions, "interaction")} of {NumberText.Count(summary.Users, "user")} with {NumberText.Count(summary.Tracks, "track")} ({NumberText.Count(summary.Artists, "artist")}, {NumberText.Count(summary.Albums, "album")}, {NumberText.Count(summary.Genres, "genre")}) in {target}, {summary.Bytes >> 20:N0} MiB. Next: recsys import yandex {target}"),
                cancellationToken);
            return 0;
        });
        return command;
    }

    private static JsonObject ToJson(DirectoryInfo folder, YandexLogSummary summary, TimeSpan elapsed) => new()
    {
        ["folder"] = folder.FullName,
        ["users"] = summary.Users,
        ["tracks"] = summary.Tracks,
        ["artists"] = summary.Artists,
        ["albums"] = summary.Albums,
        ["genres"] = summary.Genres,
        ["interactions"] = summary.Interactions,
        ["bytes"] = summary.Bytes,
        ["seconds"] = Math.Round(elapsed.TotalSeconds, 3),
    };
}
