using System.Diagnostics;
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
