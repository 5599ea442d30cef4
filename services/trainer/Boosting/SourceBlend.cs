using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Ranking.Features;
using RecSys.Algorithms.Ranking.Trees;

namespace RecSys.Trainer.Boosting;

/// <summary>
/// Weighted reciprocal rank fusion: score = Σ over sources s of w(s) / (20 + rank in s), where a source that orders the rows well
/// alone weighs more. It has no more to learn than how good each source is, which a few examples can tell.
/// </summary>
internal sealed class SourceBlend
{
    private const float RankConstant = 20;

    // As many as make a complete tree of depth 6.
    private const int ThresholdCount = 63;

    // Every place of the first ones is a step of its own; then steps grow.
    private const int SinglePlaces = 40;

    private readonly (int Column, float Weight)[] _sources;

    private SourceBlend((int Column, float Weight)[] sources) => _sources = sources;

    /// <summary>Weighs each source by the square of its NDCG@10, relative to the best source's.</summary>
    public static SourceBlend Fit(BoostingRows rows)
    {
        var names = RankingFeatures.All.Select(feature => feature.Name).ToList();
        var columns = Enum.GetValues<SourceKind>()
            .Select(source => names.IndexOf($"{RankingFeatures.NameOf(source).Replace('-', '_')}_rank"))
            .ToArray();
        var quality = Array.ConvertAll(columns, column => GroupOrder.Ndcg(rows, row => Vote(ValueOf(rows, row, column))).Average());
        var best = Math.Max(quality.Max(), double.Epsilon);
        return new SourceBlend([.. columns.Zip(quality, (column, own) => (column, (float)(own / best * (own / best))))]);
    }

    /// <summary>The score of every row.</summary>
    public float[] Score(BoostingRows rows)
    {
        var scores = new float[rows.RowCount];
        for (var row = 0; row < scores.Length; row++)
        {
            foreach (var (column, weight) in _sources)
            {
                scores[row] += weight * Vote(ValueOf(rows, row, column));
            }
        }

        return scores;
    }

    /// <summary>The same as functions of one feature each: exact for the first places, nearly so for later ones.</summary>
    /// <param name="rows">What it was fitted to.</param>
    /// <param name="factor">What scores are multiplied with.</param>
    public StepFunction[] ToSteps(BoostingRows rows, float factor)
    {
        var thresholds = Enumerable.Range(0, ThresholdCount)
            .Select(step => step < SinglePlaces ? step + 1.5f : MathF.Floor(SinglePlaces * MathF.Pow(1.12f, step - SinglePlaces + 1)) + 0.5f)
            .ToArray();
        return [.. _sources.Where(source => source.Weight > 0).Select(source => ToSteps(rows, source.Column, factor * source.Weight, thresholds))];
    }

    private static StepFunction ToSteps(BoostingRows rows, int column, float factor, float[] thresholds)
    {
        // What is beyond the last threshold, and what the source did not retrieve, gets nothing.
        var values = new float[thresholds.Length + 1];
        for (var step = 0; step < thresholds.Length; step++)
        {
            var first = step == 0 ? 1 : thresholds[step - 1] + 0.5f;
            values[step] = factor * Vote((first + thresholds[step] - 0.5f) / 2);
        }

        var counts = new float[values.Length];
        Array.Fill(counts, 1);
        var steps = new StepFunction(column, thresholds, values, counts);
        for (var row = 0; row < rows.RowCount; row++)
        {
            counts[steps.StepOf(ValueOf(rows, row, column))]++;
        }

        return steps;
    }

    private static float Vote(float rank) => float.IsNaN(rank) ? 0 : 1 / (RankConstant + rank);

    private static float ValueOf(BoostingRows rows, int row, int column) => rows.Values[(row * RankingFeatures.All.Count) + column];
}
