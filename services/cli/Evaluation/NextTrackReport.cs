using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using Spectre.Console;

namespace RecSys.Cli.Evaluation;

/// <summary>A next-track measurement as JSON and as a table.</summary>
internal static class NextTrackReport
{
    public static JsonObject ToJson(NextTrackMeasurement measured, string source) => new()
    {
        ["data"] = new JsonObject
        {
            ["source"] = source,
            ["users"] = measured.Data.Train.RowCount,
            ["items"] = measured.Data.Train.ColumnCount,
            ["train"] = measured.Data.TrainPairs.Count,
            ["test"] = measured.Data.Test.Count,
            ["cut"] = measured.Data.Cut.ToString("O", CultureInfo.InvariantCulture),
            ["sessions"] = measured.Sessions.Sessions,
            ["coverage"] = measured.Models[0].Coverage,
        },
        ["models"] = new JsonArray([.. measured.Models.Select((model, at) => (JsonNode)new JsonObject
        {
            ["model"] = model.Model,
            ["settings"] = at == 2 ? new JsonObject { ["preference_weight"] = measured.PreferenceWeight, ["found"] = measured.IsWeightFound } : [],
            ["metrics"] = new JsonObject
            {
                ["accuracy"] = model.Accuracy,
                [$"hit-rate@{model.K}"] = model.HitRate,
                [$"mrr@{model.K}"] = model.Mrr,
            },
            ["seconds"] = new JsonObject { ["evaluate"] = model.Seconds },
        })]),
        ["affinity"] = new JsonObject
        {
            ["users"] = measured.Affinity.Count,
            ["seen"] = Mean(measured, seen: true),
            ["unseen"] = Mean(measured, seen: false),
            ["seenIsHigher"] = SeenIsHigher(measured),
        },
    };

    public static void Print(IAnsiConsole console, NextTrackMeasurement measured, string source)
    {
        var first = measured.Models[0];
        console.WriteLine(
            $"{source}: {measured.Sessions.Sessions:N0} sessions, {measured.Data.TrainPairs.Count:N0} train and {NumberText.Count(first.Pairs, "test pair")}, cut at {measured.Data.Cut.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        Line(console, $"Pair coverage {first.Coverage:F4}: the share of test pairs whose user and next track train knows; they are measured");
        var table = Tables.Create("Model", "Accuracy", $"Hit rate@{first.K}", $"MRR@{first.K}", "Evaluate");
        foreach (var model in measured.Models)
        {
            table.AddRow(
                Markup.Escape(model.Model),
                Number(model.Accuracy, measured.Models.Max(m => m.Accuracy)),
                Number(model.HitRate, measured.Models.Max(m => m.HitRate)),
                Number(model.Mrr, measured.Models.Max(m => m.Mrr)),
                string.Create(CultureInfo.InvariantCulture, $"{model.Seconds:F2} s"));
        }

        console.Write(table);
        console.WriteLine("* the best of its column");
        Line(console, $"Preference counts {measured.PreferenceWeight:F2}{(measured.IsWeightFound ? ", found on a validation part of train" : "")}");
        if (measured.Affinity.Count > 0)
        {
            Line(console, $"Affinity of {measured.Affinity.Count} users: {Mean(measured, seen: true):F3} for tracks they heard, {Mean(measured, seen: false):F3} for others; higher for {SeenIsHigher(measured):P0} of them");
        }
    }

    private static void Line(IAnsiConsole console, FormattableString text) => console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static string Number(double value, double best) => value.ToString("F4", CultureInfo.InvariantCulture) + (value == best ? "*" : "");

    private static double? Mean(NextTrackMeasurement measured, bool seen) =>
        measured.Affinity.Count == 0 ? null : measured.Affinity.Average(check => seen ? check.MeanSeen : check.MeanUnseen);

    private static double? SeenIsHigher(NextTrackMeasurement measured) =>
        measured.Affinity.Count == 0 ? null : measured.Affinity.Average(check => check.MeanSeen > check.MeanUnseen ? 1.0 : 0);
}
