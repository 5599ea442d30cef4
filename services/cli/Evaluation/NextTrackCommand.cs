using System.CommandLine;
using System.Globalization;
using RecSys.Algorithms.NextTracks;
using RecSys.Cli.Commands;
using RecSys.Cli.Connections;
using RecSys.Cli.Evaluation.Data;
using RecSys.Cli.Evaluation.Models;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;

namespace RecSys.Cli.Evaluation;

/// <summary><c>recsys evaluate next-track</c>: how often the track that comes next is known.</summary>
internal static class NextTrackCommand
{
    public static Command Create()
    {
        var data = SystemOptions.DataFolder("Data folder whose listens and imports are measured");
        var imports = CommandOptions.Imports("Measure on");
        var preference = new Option<string>("--preference")
        {
            Description = "Model that knows what users like",
            HelpName = "MODEL",
            DefaultValueFactory = _ => "als",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "A setting that differs from its default, such as markov.smoothing=2 or als.factors=128",
            HelpName = "KEY=VALUE",
            AllowMultipleArgumentsPerToken = true,
        };
        var weight = Number("--preference-weight", "How much preference counts beside the Markov chain, 0 to 1; found on a validation part of train when it isn't given", null);
        var candidates = CommandOptions.Whole("--candidates", "How many of Markov's candidates are ordered anew", 1, 1_000_000, 100);
        var gap = CommandOptions.Duration("--gap", "A pause longer than this begins a new session", TimeSpan.FromMinutes(30));
        var skipRepeats = new Option<bool>("--skip-repeats") { Description = "Make no pair of a track with itself" };
        var testShare = Number("--test-share", "Share of the pairs, the latest, that is test", "0.2");
        var k = CommandOptions.Whole("--count", "Length of the lists", 1, 10_000, 20, "-n", "--k");
        var seed = CommandOptions.Seed("the users drawn for the affinity check");
        var json = ResultWriter.CreateOption();
        var command = new Command("next-track", "Measure what comes next: Markov alone, preference alone, and Markov's candidates in the order of both")
        {
            data, imports, preference, set, weight, candidates, gap, skipRepeats, testShare, k, seed, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var markov = ModelFamilies.Find("markov");
            var liked = ModelFamilies.Find(parsed.GetValue(preference)!);
            if (liked.NeedsTimes)
            {
                throw new UsageException($"--preference {liked.Name}: this model is what preference is added to. Name another, such as als.");
            }

            var given = GivenSettings.Parse(parsed.GetValue(set) ?? [], [markov, liked]).ToDictionary();
            var options = new NextTrackOptions(
                parsed.GetValue(gap),
                !parsed.GetValue(skipRepeats),
                Share("--test-share", parsed.GetValue(testShare)!, 0.01, 0.99),
                parsed.GetValue(k),
                parsed.GetValue(candidates),
                parsed.GetValue(weight) is { } text ? Share("--preference-weight", text, 0, 1) : null,
                parsed.GetValue(seed));
            var plan = liked.Plan(given);
            var chain = markov.Plan(given).Settings;

            var writer = ResultWriter.From(parsed, json);
            var folder = parsed.GetValue(data)!;
            var log = await ProgressView.RunAsync(writer.Notes, "Reading", async report =>
            {
                var builder = new LogBuilder();
                await LakeLog.ReadAsync(folder, parsed.GetValue(imports) ?? [], builder, wantTimes: true, cancellationToken);
                report(1, $"{NumberText.Count(builder.RowCount, "listen")}");
                return builder.Build(withTimes: true).Log;
            });
            var run = new NextTrackRun(
                plan,
                new MarkovOptions { Smoothing = (double)chain["smoothing"]!, BackoffCount = (int)chain["backoff"]! },
                options,
                writer.Notes);
            var measured = await run.RunAsync(log, cancellationToken);
            await writer.WriteAsync(
                NextTrackReport.ToJson(measured, folder.ToString()), console => NextTrackReport.Print(console, measured, folder.ToString()), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Option<string?> Number(string name, string description, string? otherwise) =>
        new(name) { Description = description, HelpName = "SHARE", DefaultValueFactory = _ => otherwise };

    private static double Share(string option, string text, double least, double most) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share >= least && share <= most
            ? share
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option} {text}: give a number from {least} to {most}."));
}
