using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using RecSys.Analytics.Synthetic.Yandex;
using RecSys.Cli.Output;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys generate FOLDER</c>: a log of any size as the three files of format <c>yandex</c>.</summary>
internal static class GenerateCommand
{
    // What a row of interactions takes in the file, for the progress bar.
    private const double BytesPerInteraction = 13.5;

    public static Command Create()
    {
        var defaults = new YandexLogOptions();
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "The folder to write to: a new or an empty one" };
        var users = new Option<int>("--users") { Description = "Users, 16 to 10,000,000", HelpName = "N", DefaultValueFactory = _ => defaults.UserCount };
        var tracks = new Option<int>("--tracks") { Description = "Tracks of the catalogue, 500 to 10,000,000", HelpName = "N", DefaultValueFactory = _ => defaults.TrackCount };
        var interactions = new Option<long>("--interactions")
        {
            Description = $"Listens, 2 to {YandexLogOptions.MaxMeanInteractions} a user",
            HelpName = "N",
            DefaultValueFactory = _ => defaults.InteractionCount,
        };
        var seed = new Option<int>("--seed") { Description = "The same seed and sizes give the same log", HelpName = "N", DefaultValueFactory = _ => defaults.Seed };
        var days = new Option<int>("--days") { Description = "Days of the log from 2022-01-01, 30 to 3,650", HelpName = "N", DefaultValueFactory = _ => defaults.Days };
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
                    $"{summary.Interactions:N0} interactions of {summary.Users:N0} users with {summary.Tracks:N0} tracks ({summary.Artists:N0} artists, {summary.Albums:N0} albums, {summary.Genres:N0} genres) in {target}, {summary.Bytes >> 20:N0} MiB. Next: recsys import yandex {target}"),
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
