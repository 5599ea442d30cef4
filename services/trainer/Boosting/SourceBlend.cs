using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Ranking.Trees;

namespace RecSys.Trainer.Boosting;

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
    public static SourceBlend Fit(BoostingRows rows)
    {
        var names = RankingFeatures.All.Select(feature => feature.Name).ToList();
        var columns = Enum.GetValues<SourceKind>()
            .Select(source => names.IndexOf($"{RankingFeatures.NameOf(source).Replace('-', '_')}_rank"))
            .ToArray();
        var quality = Array.ConvertAll(columns, column => GroupOrder.Ndcg(rows, row => Vote(ValueOf(rows, row, column))).Average());
        var best = Math.Max(quality.Max(), double.Epsilon);
        var weights = Array.ConvertAll(quality, own => own / best * (own / best));
        var sums = new double[rows.RowCount];
        for (var source = 0; source < columns.Length; source++)
        {
            for (var row = 0; row < sums.Length; row++)
            {
                sums[row] += weights[source] * Vote(ValueOf(rows, row, columns[source]));
            }
        }

        var (intercept, slope) = LogisticLine.Fit(sums, rows.Labels);
        var steps = columns.Select((column, source) => ToSteps(rows, column, Math.Max(0, slope) * weights[source], source == 0 ? intercept : 0));
        return new SourceBlend([.. steps]);
    }

    /// <summary>The same rows, to be boosted from the blend on.</summary>
    public BoostingRows Start(BoostingRows rows)
    {
        var margins = new float[rows.RowCount];
        foreach (var step in Steps)
        {
            for (var row = 0; row < margins.Length; row++)
            {
                margins[row] += step.Values[step.StepOf(ValueOf(rows, row, step.Feature))];
            }
        }

        return rows with { Start = margins };
    }

    private static StepFunction ToSteps(BoostingRows rows, int column, double factor, double offset)
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
        for (var row = 0; row < rows.RowCount; row++)
        {
            counts[steps.StepOf(ValueOf(rows, row, column))]++;
        }

        return steps;
    }

    private static float Vote(float rank) => float.IsNaN(rank) ? 0 : 1 / (RankConstant + rank);

    private static float ValueOf(BoostingRows rows, int row, int column) => rows.Values[(row * RankingFeatures.All.Count) + column];
}
