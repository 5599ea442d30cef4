using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Contracts.Trainer.V1;
using Spectre.Console;

namespace RecSys.Cli.Models;

/// <summary><c>recsys models compare</c>: what one version does better or worse than another, and whether it is noise.</summary>
internal static class CompareModelsCommand
{
    public static Command Create()
    {
        var first = new Argument<string>("VERSION") { Description = "The version to compare with, or alone the version to compare with the active one" };
        var second = new Argument<string?>("OTHER") { Description = "The version to compare", Arity = ArgumentArity.ZeroOrOne };
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("compare", "Say what one version does better or worse than another, and whether it is noise") { first, second, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var other = parsed.GetValue(second);
            var request = other is null
                ? new CompareModelsRequest { ModelVersion = parsed.GetValue(first) }
                : new CompareModelsRequest { BaseModelVersion = parsed.GetValue(first), ModelVersion = other };
            var compared = await running.Trainer.CompareModelsAsync(request, cancellationToken: cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(ToJson(compared), console => Print(console, compared), cancellationToken);
            return 0;
        });
        return command;
    }

    private static JsonObject ToJson(CompareModelsResponse compared) => new()
    {
        ["base"] = compared.BaseModelVersion,
        ["modelVersion"] = compared.ModelVersion,
        ["comparisons"] = new JsonArray([.. compared.Comparisons.Select(comparison => (JsonNode)new JsonObject
        {
            ["model"] = comparison.Model,
            ["metric"] = comparison.Metric,
            ["base"] = comparison.BaseValue,
            ["value"] = comparison.Value,
            ["difference"] = comparison.Difference,
            ["low"] = comparison.Verdict == ComparisonVerdict.Unknown ? null : comparison.Low,
            ["high"] = comparison.Verdict == ComparisonVerdict.Unknown ? null : comparison.High,
            ["verdict"] = comparison.Verdict.ToString().ToLowerInvariant(),
            ["paired"] = comparison.Paired,
        })]),
    };

    private static void Print(IAnsiConsole console, CompareModelsResponse compared)
    {
        var table = Tables.Create("Model", "Metric", compared.BaseModelVersion, compared.ModelVersion, "Difference", "95 % interval", "");
        foreach (var comparison in compared.Comparisons)
        {
            table.AddRow(
                Markup.Escape(comparison.Model),
                Markup.Escape(comparison.Metric),
                Number(comparison.BaseValue),
                Number(comparison.Value),
                Signed(comparison.Difference),
                comparison.Verdict == ComparisonVerdict.Unknown ? "–" : $"{Signed(comparison.Low)} … {Signed(comparison.High)}",
                comparison.Verdict switch
                {
                    ComparisonVerdict.Better => "[green]better[/]",
                    ComparisonVerdict.Worse => "[red]worse[/]",
                    ComparisonVerdict.Noise => "noise",
                    _ => "",
                });
        }

        console.Write(table);
        console.WriteLine("personal is what users get, compared user by user; noise: the interval holds zero");
    }

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
