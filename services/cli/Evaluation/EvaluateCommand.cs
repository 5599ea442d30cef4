using System.CommandLine;
using RecSys.Cli.Evaluation.Data;
using RecSys.Cli.Evaluation.Models;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation;

/// <summary><c>recsys evaluate</c>: fits models on a part of the data and measures them on the rest.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var data = new DataOptions();
        var settings = new EvaluationSettings("A setting that differs from its default, such as als.factors=128");
        var json = ResultWriter.CreateOption();
        var command = new Command("evaluate", "Fit models on a part of the data and measure them on the rest");
        data.AddTo(command);
        settings.AddTo(command);
        settings.AddTuningTo(command);
        command.Options.Add(json);
        command.Subcommands.Add(NextTrackCommand.Create());
        command.SetAction(async (parsed, cancellationToken) =>
        {
            // Everything that can be refused without reading data is refused first.
            var families = settings.Families(parsed);
            var given = settings.Given(parsed, families).ToDictionary();
            var tuned = settings.TunedHybrid(parsed, families, given, parsed.GetValue(data.Seed));
            var plans = families.Select(family => family is HybridFamily && tuned is not null ? tuned : family.Plan(given) with
            {
                Given = given.Where(pair => family.Parts.Prepend(family).Any(part => pair.Key.StartsWith(part.Name + ".", StringComparison.Ordinal))).ToDictionary(),
            }).ToArray();
            _ = settings.Metrics(parsed);

            var writer = ResultWriter.From(parsed, json);
            var loaded = await data.LoadAsync(parsed, families.Any(family => family.NeedsTimes), writer.Notes, cancellationToken);
            var options = settings.Options(parsed, loaded.NewOnly, parsed.GetValue(data.Seed));
            var models = await EvaluationRun.RunAsync(plans, loaded, options, settings.WithLoss(parsed), writer.Notes, cancellationToken);
            await writer.WriteAsync(EvaluationReport.ToJson(loaded, models), console => EvaluationReport.Print(console, loaded, models), cancellationToken);
            return 0;
        });
        return command;
    }
}
