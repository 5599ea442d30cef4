using RecSys.Algorithms.Evaluation;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Models;

namespace RecSys.Trainer.Publishing;

/// <summary>
/// Says what one version does better or worse than another. The lists that users get are compared user by user
/// (<see cref="QualityDifference"/>). Of the other metrics only their intervals are stored; the half-width of a difference's is
/// the root of the sum of their squares, as for independent measurements, which calls too much noise rather than too little.
/// </summary>
internal sealed class ModelComparison(QualityReader reader)
{
    private const double Confidence = 0.95;
    private const int Seed = 42;

    public async Task<IReadOnlyList<MetricComparison>> CompareAsync(ModelVersionRow before, ModelVersionRow after, CancellationToken cancellationToken)
    {
        var comparisons = new List<MetricComparison>();
        if (await reader.ReadAsync(before.Version, cancellationToken) is { } usersBefore
            && await reader.ReadAsync(after.Version, cancellationToken) is { } usersAfter
            && QualityDifference.Between(usersBefore, usersAfter, Confidence, Seed) is { } difference)
        {
            comparisons.Add(new MetricComparison
            {
                Model = "personal",
                Metric = "ndcg@20 above popularity",
                BaseValue = difference.BaseGain,
                Value = difference.Gain,
                Difference = difference.Mean,
                Low = difference.Low,
                High = difference.High,
                Verdict = Judge(difference.Low, difference.High, lowerIsBetter: false),
                Paired = true,
            });
        }

        foreach (var (key, value) in after.Metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal))
        {
            if (key.Split('/') is [var model, var name] && name.Contains('@') && before.Metrics.TryGetValue(key, out var baseValue))
            {
                comparisons.Add(Compare(model, name, baseValue, value, HalfWidth(before, key), HalfWidth(after, key)));
            }
        }

        return comparisons;
    }

    private static MetricComparison Compare(string model, string name, double baseValue, double value, double? baseWidth, double? width)
    {
        var comparison = new MetricComparison
        {
            Model = model,
            Metric = name,
            BaseValue = baseValue,
            Value = value,
            Difference = value - baseValue,
            Verdict = ComparisonVerdict.Unknown,
        };
        if (baseWidth is { } first && width is { } second)
        {
            var together = Math.Sqrt((first * first) + (second * second));
            comparison.Low = comparison.Difference - together;
            comparison.High = comparison.Difference + together;
            comparison.Verdict = Judge(comparison.Low, comparison.High, IsLowerBetter(name));
        }

        return comparison;
    }

    // Metrics of other kinds, such as those of cold users, are better when higher.
    private static bool IsLowerBetter(string name) => Metric.TryParse(name, out var metric, out _) && metric.LowerIsBetter;

    private static double? HalfWidth(ModelVersionRow record, string key) =>
        record.Metrics.TryGetValue(key + "/low", out var low) && record.Metrics.TryGetValue(key + "/high", out var high) ? (high - low) / 2 : null;

    private static ComparisonVerdict Judge(double low, double high, bool lowerIsBetter) =>
        low > 0 ? (lowerIsBetter ? ComparisonVerdict.Worse : ComparisonVerdict.Better)
        : high < 0 ? (lowerIsBetter ? ComparisonVerdict.Better : ComparisonVerdict.Worse)
        : ComparisonVerdict.Noise;
}
