using System.Text.Json.Nodes;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Hybrid;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>A hybrid whose settings are found on a validation part of train; test is not looked at.</summary>
internal static class TunedHybrid
{
    private const double MaxMinutes = 7 * 24 * 60;

    /// <param name="minutes">Time for the search and for fitting what it found.</param>
    /// <param name="trials">Models to try in place of a time; null goes by time.</param>
    /// <param name="metrics">What will be measured; the first that is a mean over users with a cut-off is maximised, NDCG before others.</param>
    /// <param name="seed">Seed of the validation part and of the models.</param>
    public static ModelPlan Plan(double minutes, int? trials, IReadOnlyList<Metric> metrics, int seed)
    {
        if (!(minutes > 0 && minutes <= MaxMinutes))
        {
            throw new UsageException($"--tune-minutes {minutes}: give a number of minutes above 0, such as 10.");
        }

        var options = new TuningOptions { TimeLimit = TimeSpan.FromMinutes(minutes), MaxTrials = trials, Metric = Aim(metrics), Seed = seed };
        var settings = new JsonObject { ["tune"] = options.Metric.ToString() };
        if (trials is { } count)
        {
            settings["tune_trials"] = count;
        }
        else
        {
            settings["tune_minutes"] = minutes;
        }

        settings["seed"] = seed;
        return new ModelPlan("hybrid", settings, request => Fit(request, options));
    }

    private static Metric Aim(IReadOnlyList<Metric> metrics)
    {
        var usable = metrics.Where(metric => metric.CutOff > 0 && metric.Kind is (MetricKind.Recall or MetricKind.Precision or MetricKind.Map
            or MetricKind.Ndcg or MetricKind.HitRate or MetricKind.Mrr)).ToArray();
        return usable.OrderByDescending(metric => metric.Kind == MetricKind.Ndcg).FirstOrDefault(new Metric(MetricKind.Ndcg, 20));
    }

    private static FittedModel Fit(FitRequest request, TuningOptions options)
    {
        var best = 0.0;
        var count = 0;
        var seconds = 0.0;
        var result = HybridTuner.Tune(request.Train, options, new TrialProgress(trial =>
        {
            best = Math.Max(best, trial.Value);
            seconds += trial.Seconds;
            count++;
            var share = options.MaxTrials is { } trials ? (double)count / trials : seconds / options.TimeLimit.TotalSeconds;
            request.Report(Math.Min(1, share), $"{count} models tried, {trial.Model} {trial.Value:F4}, best single {best:F4}");
        }), cancellationToken: request.CancellationToken);
        request.Report(1, $"{count} models tried, {options.Metric} {result.ValidationValue:F4} on validation");
        return new FittedModel(result.Model)
        {
            FoundSettings = ToJson(result.Options.Describe()),
            Tuning = new JsonObject
            {
                ["metric"] = options.Metric.ToString(),
                ["validation"] = result.ValidationValue,
                ["searchSeconds"] = result.SearchSeconds,
                ["fitSeconds"] = result.FitSeconds,
                ["trials"] = new JsonArray([.. result.Trials.Select(trial => (JsonNode)new JsonObject
                {
                    ["model"] = trial.Model,
                    ["settings"] = ToJson(trial.Settings),
                    ["value"] = trial.Value,
                    ["seconds"] = trial.Seconds,
                    ["failure"] = trial.Failure,
                })]),
            },
        };
    }

    private static JsonObject ToJson(IReadOnlyDictionary<string, object> settings) => new(settings.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)(pair.Value switch
    {
        int value => value,
        // The shortest decimal that gives the same single.
        float value => (double)(decimal)value,
        double value => value,
        bool value => value,
        var value => value.ToString(),
    }))));

    private sealed class TrialProgress(Action<TuningTrial> report) : IProgress<TuningTrial>
    {
        public void Report(TuningTrial value) => report(value);
    }
}
