using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Trees;

namespace RecSys.Trainer.Ranker;

/// <summary>
/// What boosting on few examples starts from: weighted reciprocal rank fusion, margin = a + b · Σ over sources s of w(s) / (20 + rank in s).
/// Its weights have no more to learn than how good each source is, which a few examples can tell; a and b make a probability of it.
/// </summary>
internal sealed class SourceBlend
{
    private const float RankConstant = 20;

    // As many as make a complete tree of depth 6.
    private const int ThresholdCount = 63;

    // Every place of the first ones is a step of its own; then steps grow.
    private const int SinglePlaces = 40;

    private static readonly float[] Thresholds =
    [
        .. Enumerable.Range(0, ThresholdCount).Select(
            step => step < SinglePlaces ? step + 1.5f : MathF.Floor(SinglePlaces * MathF.Pow(1.12f, step - SinglePlaces + 1)) + 0.5f),
    ];

    private SourceBlend(StepFunction[] steps) => Steps = steps;

    /// <summary>Functions of one source's rank each, whose sum is the margin.</summary>
    public IReadOnlyList<StepFunction> Steps { get; }

    /// <summary>Weighs each source by the square of its NDCG@10, relative to the best source's.</summary>
    public static SourceBlend Fit(IReadOnlyList<LabelledRows> rows)
    {
        var names = RankingFeatures.All.Select(feature => feature.Name).ToList();
        var columns = Enum.GetValues<SourceKind>()
            .Select(source => names.IndexOf($"{RankingFeatures.NameOf(source).Replace('-', '_')}_rank"))
            .ToArray();
        var quality = Array.ConvertAll(columns, column => rows.SelectMany(part => part.Ndcg(row => Vote(part.Value(row, column)))).Average());
        var best = Math.Max(quality.Max(), double.Epsilon);
        var weights = Array.ConvertAll(quality, own => own / best * (own / best));
        float[] labels = [.. rows.SelectMany(part => part.Labels)];
        var sums = new double[labels.Length];
        for (var source = 0; source < columns.Length; source++)
        {
            var at = 0;
            foreach (var rank in ValuesOf(rows, columns[source]))
            {
                sums[at++] += weights[source] * Vote(rank);
            }
        }

        var (intercept, slope) = LogisticLine.Fit(sums, labels);
        var steps = columns.Select((column, source) => ToSteps(rows, column, Math.Max(0, slope) * weights[source], source == 0 ? intercept : 0));
        return new SourceBlend([.. steps]);
    }

    /// <summary>The same rows, to be boosted from the blend on.</summary>
    public LabelledRows Start(LabelledRows rows)
    {
        var margins = new float[rows.RowCount];
        foreach (var step in Steps)
        {
            for (var row = 0; row < margins.Length; row++)
            {
                margins[row] += step.Values[step.StepOf(rows.Value(row, step.Feature))];
            }
        }

        return rows with { Start = margins };
    }

    private static StepFunction ToSteps(IReadOnlyList<LabelledRows> rows, int column, double factor, double offset)
    {
        // What is beyond the last threshold, and what the source did not retrieve, has no vote.
        var values = new float[ThresholdCount + 1];
        for (var step = 0; step < ThresholdCount; step++)
        {
            var first = step == 0 ? 1 : Thresholds[step - 1] + 0.5f;
            values[step] = (float)(offset + (factor * Vote((first + Thresholds[step] - 0.5f) / 2)));
        }

        values[ThresholdCount] = (float)offset;
        var counts = new float[values.Length];
        Array.Fill(counts, 1);
        var steps = new StepFunction(column, Thresholds, values, counts);
        foreach (var rank in ValuesOf(rows, column))
        {
            counts[steps.StepOf(rank)]++;
        }

        return steps;
    }

    private static IEnumerable<float> ValuesOf(IReadOnlyList<LabelledRows> rows, int column) =>
        rows.SelectMany(part => Enumerable.Range(0, part.RowCount).Select(row => part.Value(row, column)));

    private static float Vote(float rank) => float.IsNaN(rank) ? 0 : 1 / (RankConstant + rank);
}

/// <summary>Logistic regression on one value: P(label) = 1 / (1 + e^−(intercept + slope · value)), by Newton's method.</summary>
internal static class LogisticLine
{
    private const int MaxSteps = 100;
    private const double Tolerance = 1e-9;

    // A line is found however the labels lie: one that tells them apart entirely would be endlessly steep.
    private const double Ridge = 1e-3;

    /// <summary>The line under which the labels are most likely.</summary>
    /// <param name="values">One a row.</param>
    /// <param name="labels">1 or 0 a row.</param>
    public static (double Intercept, double Slope) Fit(ReadOnlySpan<double> values, ReadOnlySpan<float> labels)
    {
        // Values of any unit are fitted alike.
        var scale = 0.0;
        foreach (var value in values)
        {
            scale = Math.Max(scale, Math.Abs(value));
        }

        scale = scale > 0 ? scale : 1;
        var (intercept, slope) = (0.0, 0.0);
        for (var step = 0; step < MaxSteps; step++)
        {
            var (g0, g1) = (Ridge * intercept, Ridge * slope);
            var (h00, h01, h11) = (Ridge, 0.0, Ridge);
            for (var row = 0; row < values.Length; row++)
            {
                var value = values[row] / scale;
                var probability = 1 / (1 + Math.Exp(-(intercept + (slope * value))));
                var (error, weight) = (probability - labels[row], probability * (1 - probability));
                g0 += error;
                g1 += error * value;
                h00 += weight;
                h01 += weight * value;
                h11 += weight * value * value;
            }

            // A whole step may overshoot far from the optimum, where weights are near 0.
            var determinant = (h00 * h11) - (h01 * h01);
            var (by0, by1) = (((h11 * g0) - (h01 * g1)) / determinant, ((h00 * g1) - (h01 * g0)) / determinant);
            var part = Math.Min(1, 4 / Math.Max(Math.Abs(by0), Math.Abs(by1)));
            (intercept, slope) = (intercept - (part * by0), slope - (part * by1));
            if (Math.Max(Math.Abs(by0), Math.Abs(by1)) < Tolerance)
            {
                break;
            }
        }

        return (intercept, slope / scale);
    }
}
