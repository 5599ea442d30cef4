using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Evaluation.Data;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation;

/// <summary><c>recsys sweep</c>: measures every combination of settings, and compares them in one table and a picture.</summary>
internal static class SweepCommand
{
    public static Command Create()
    {
        var data = new DataOptions();
        var settings = new EvaluationSettings("A setting with the values to try, such as als.alpha=1,10,40; every combination is measured");
        var picture = new Option<FileInfo?>("--picture") { Description = "Draw the results into this SVG file", HelpName = "FILE.svg" };
        var json = ResultWriter.CreateOption();
        var command = new Command("sweep", "Measure every combination of settings; one table and a picture of all");
        data.AddTo(command);
        settings.AddTo(command);
        command.Options.Add(picture);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            // Everything that can be refused without reading data is refused first.
            var families = settings.Families(parsed);
            var given = settings.Given(parsed, families);
            var grids = families.Select(family => SweepGrid.Create(family, given)).ToArray();
            if (grids.All(grid => grid.Axes.Count == 0))
            {
                throw new UsageException("No setting has more than one value. Give some, such as --set als.alpha=1,10,40, or use 'recsys evaluate'.");
            }

            var metrics = settings.Metrics(parsed);
            var pictureFile = parsed.GetValue(picture);
            if (pictureFile?.Directory is { Exists: false } missing)
            {
                throw new UsageException($"--picture {pictureFile}: the folder {missing} does not exist. Create it, or name another.");
            }

            var writer = ResultWriter.From(parsed, json);
            var loaded = await data.LoadAsync(parsed, families.Any(family => family.NeedsTimes), writer.Notes, cancellationToken);
            var options = settings.Options(parsed, loaded.NewOnly, parsed.GetValue(data.Seed));
            var plans = grids.SelectMany(grid => grid.Plans).ToArray();
            var models = await EvaluationRun.RunAsync(plans, loaded, options, settings.WithLoss(parsed), writer.Notes, cancellationToken);
            if (pictureFile is not null)
            {
                await File.WriteAllTextAsync(pictureFile.FullName, SweepPicture.Draw(grids, models, loaded), cancellationToken);
            }

            var best = EvaluationReport.Best(models, metrics[0]);
            var result = EvaluationReport.ToJson(loaded, models);
            result["best"] = new JsonObject { ["metric"] = metrics[0].ToString(), ["index"] = models.ToList().IndexOf(best) };
            await writer.WriteAsync(
                result,
                console =>
                {
                    EvaluationReport.Print(console, loaded, models);
                    console.Profile.Out.Writer.WriteLine($"Best by {metrics[0]}: {best.Plan.Model} {EvaluationReport.Describe(best.Plan)}".TrimEnd());
                    if (pictureFile is not null)
                    {
                        console.Profile.Out.Writer.WriteLine($"Picture: {pictureFile}");
                    }
                },
                cancellationToken);
            return 0;
        });
        return command;
    }
}
