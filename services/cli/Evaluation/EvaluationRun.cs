using System.Diagnostics;
using System.Text.Json.Nodes;
using RecSys.Algorithms.Evaluation;
using RecSys.Cli.Evaluation.Data;
using RecSys.Cli.Evaluation.Models;
using RecSys.Cli.Output;
using Spectre.Console;

namespace RecSys.Cli.Evaluation;

/// <summary>Fits models one after the other and measures each.</summary>
internal static class EvaluationRun
{
    public static async Task<IReadOnlyList<MeasuredModel>> RunAsync(
        IReadOnlyList<ModelPlan> plans, EvaluationData data, EvaluationOptions options, bool withLoss, IAnsiConsole notes, CancellationToken cancellationToken)
    {
        var measured = new List<MeasuredModel>();
        foreach (var plan in plans)
        {
            var title = $"{plan.Model}{(plan.Given.Count == 0 ? "" : " " + EvaluationReport.Describe(plan))}";
            measured.Add(await ProgressView.RunAsync(notes, title, report => Task.Run(() => Measure(plan, data, options, withLoss, report, cancellationToken), cancellationToken)));
        }

        return measured;
    }

    // Fitting takes the first nine tenths of the bar.
    private static MeasuredModel Measure(
        ModelPlan plan, EvaluationData data, EvaluationOptions options, bool withLoss, Action<double, string?> report, CancellationToken cancellationToken)
    {
        const double FitShare = 0.9;
        var clock = Stopwatch.StartNew();
        var fitted = plan.Fit(new FitRequest(data.Train, data.Split.TrainLog, withLoss, (share, remark) => report(share * FitShare, remark), cancellationToken));
        var fitSeconds = clock.Elapsed.TotalSeconds;
        var result = Evaluator.Evaluate(
            fitted.Model, data.Train, data.Test, options, new ShareProgress(share => report(FitShare + (share * (1 - FitShare)), null)), cancellationToken);
        return new MeasuredModel(plan, new FittedSummary(fitted.Losses, fitted.FoundSettings, fitted.Tuning), result, fitSeconds);
    }
}

/// <summary>A model and what it achieved.</summary>
/// <param name="Plan">The model with its settings.</param>
/// <param name="Fitted">What else fitting found.</param>
/// <param name="Result">Its metrics.</param>
/// <param name="FitSeconds">How long fitting took.</param>
internal sealed record MeasuredModel(ModelPlan Plan, FittedSummary Fitted, EvaluationResult Result, double FitSeconds);

/// <summary>What is kept of a fitted model once it is measured; the model itself is let go of.</summary>
/// <param name="Losses">The loss after each iteration, where it was asked for.</param>
/// <param name="FoundSettings">Settings that were found while fitting.</param>
/// <param name="Tuning">How they were found.</param>
internal sealed record FittedSummary(IReadOnlyList<double> Losses, JsonObject? FoundSettings, JsonObject? Tuning);

/// <summary>Passes shares on at once, on the thread that reports them.</summary>
internal sealed class ShareProgress(Action<double> report) : IProgress<double>
{
    public void Report(double value) => report(value);
}
