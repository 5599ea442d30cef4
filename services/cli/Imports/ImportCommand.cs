using System.CommandLine;
using System.Globalization;
using RecSys.Analytics.Imports;
using RecSys.Cli.Connections;
using RecSys.Cli.Commands;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Contracts;

namespace RecSys.Cli.Imports;

/// <summary><c>recsys import FORMAT PATH…</c>.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var format = new Argument<string>("FORMAT") { Description = $"One of {string.Join(", ", LogImporter.Formats)}" };
        format.AcceptOnlyFromAmong([.. LogImporter.Formats]);
        var paths = new Argument<string[]>("PATH") { Description = "Files or folders of the log; compressed ones as they are", Arity = ArgumentArity.OneOrMore };
        var name = new Option<string?>("--name") { Description = "Name of the import in the lake, the format's by default; one of that name is replaced with --replace only" };
        var replace = new Option<bool>("--replace") { Description = "Put the log in the place of the import of that name" };
        var user = new Option<string?>("--user") { Description = $"Who listened, in exports of one person ({string.Join(", ", LogImporter.FormatsOfOnePerson)}); by default whom the export names", HelpName = "NAME" };
        var level = new Option<ImportLevel>("--level")
        {
            Description = "What becomes a track where rows name both: track (default) or artist",
            HelpName = "track|artist",
            CustomParser = result =>
            {
                switch (result.Tokens[0].Value.ToLowerInvariant())
                {
                    case "track":
                        return ImportLevel.Track;
                    case "artist":
                        return ImportLevel.Artist;
                    default:
                        result.AddError($"--level {result.Tokens[0].Value}: track or artist is needed");
                        return default;
                }
            },
        };
        var since = CommandOptions.Time("--since", "Drop listens before this time (UTC without an offset)");
        var until = CommandOptions.Time("--until", "Drop listens after this time; a date means its first moment");
        var cold = Count("--cold", "Set users with at most so many listens aside; 0 (default): nobody");
        var maxPerDay = Count("--max-per-day", $"Drop a user's listens of a date with more than so many; 0: keep all. By default {ImportRules.ListensOfFullDay:N0} in logs of single plays");
        var knownTracks = new Option<bool>("--known-tracks") { Description = "Drop listens of tracks that are not in the catalogue; always so for yandex" };
        var histories = Count("--histories", "Newest listens of each user that go to the database for serving; by default as many as it keeps; 0: none");
        var dryRun = new Option<bool>("--dry-run") { Description = "Read, clean and report only; writes nothing" };
        var strict = new Option<bool>("--strict") { Description = "Fail, and import nothing, when any row is dropped" };
        var data = SystemOptions.DataFolder("Data folder of the standalone system; created when missing");
        var json = ResultWriter.CreateOption();
        var command = new Command("import", "Bring a log of another system in; ends with a cleaning report")
        {
            format, paths, name, replace, user, level, since, until, cold, maxPerDay, knownTracks, histories, dryRun, strict, data, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var writer = ResultWriter.From(parsed, json);
            var options = new ImportOptions
            {
                Name = parsed.GetValue(name),
                User = parsed.GetValue(user),
                Level = parsed.GetValue(level),
                Since = parsed.GetValue(since),
                Until = parsed.GetValue(until),
                ColdListens = parsed.GetValue(cold) ?? 0,
                MaxListensPerDay = parsed.GetValue(maxPerDay),
                KnownTracksOnly = parsed.GetValue(knownTracks) ? true : null,
                DryRun = parsed.GetValue(dryRun),
                Strict = parsed.GetValue(strict),
            };
            var report = await ImportRun.RunAsync(
                parsed.GetValue(data)!, parsed.GetValue(format)!, parsed.GetValue(paths)!, options, parsed.GetValue(replace), parsed.GetValue(histories), writer.Notes, cancellationToken);
            await writer.WriteAsync(ImportReportView.ToJson(report), console => ImportReportView.Print(console, report), cancellationToken);
            return options.Strict && report.Dropped > 0
                ? throw new UsageException(
                    $"--strict allows no dropped row, and cleaning dropped {NumberText.Count(report.Dropped, "row")}, the first by the rule {FirstRule(report)}: nothing was imported. Correct them, or import without --strict.")
                : 0;
        });
        return command;
    }

    private static string FirstRule(ImportReport report) =>
        (report.Catalogue?.Rules ?? []).Concat(report.Rules).First(rule => rule.Dropped > 0).Rule;

    private static Option<int?> Count(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                result.AddError($"{name} {token.Value}: a whole number from 0 is needed.");
            }
        });
        return option;
    }
}
