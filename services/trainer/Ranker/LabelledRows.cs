using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Features;

namespace RecSys.Trainer.Ranker;

/// <summary>Rows to learn from or to measure on: groups (one for each user) of labelled rows.</summary>
/// <param name="Values">Rows × features, row by row; NaN for missing.</param>
/// <param name="Labels">1 for a row that came true, else 0.</param>
/// <param name="GroupSizes">Rows of each group, in order.</param>
internal sealed record LabelledRows(float[] Values, float[] Labels, int[] GroupSizes)
{
    private const int CutOff = 10;

    // A gigabyte: no array comes near the length that its index counts, however many users are learnt from.
    private const int MaxValues = 1 << 28;

    public int RowCount => Labels.Length;

    public int FeatureCount { get; } = Values.Length / Math.Max(1, Labels.Length);

    /// <summary>Margin of each row that the first tree starts from; null to start from 0.</summary>
    public float[]? Start { get; init; }

    /// <summary>
    /// A group of rows for each user, in the order of the examples; one array holds as many users as it has room for.
    /// </summary>
    /// <param name="examples">Of users of one cut.</param>
    /// <param name="cut">What was heard before it.</param>
    /// <param name="features">From statistics of what was heard before it.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    /// <param name="maxValues">Values of one array at most, unless a single user has more.</param>
    public static IEnumerable<LabelledRows> Of(
        IReadOnlyList<UserExamples> examples, LogCut cut, FeatureBuilder features, ParallelOptions parallel, int maxValues = MaxValues)
    {
        var maxRows = maxValues / FeatureBuilder.FeatureCount;
        for (var first = 0; first < examples.Count;)
        {
            var starts = new List<int> { 0 };
            do
            {
                starts.Add(starts[^1] + examples[first + starts.Count - 1].Labels.Length);
            }
            while (first + starts.Count <= examples.Count && starts[^1] + examples[first + starts.Count - 1].Labels.Length <= maxRows);

            yield return Build([.. examples.Skip(first).Take(starts.Count - 1)], [.. starts], cut, features, parallel);
            first += starts.Count - 1;
        }
    }

    private static LabelledRows Build(UserExamples[] examples, int[] starts, LogCut cut, FeatureBuilder features, ParallelOptions parallel)
    {
        var values = new float[starts[^1] * FeatureBuilder.FeatureCount];
        var labels = new float[starts[^1]];
        Parallel.For(0, examples.Length, parallel, i =>
        {
            var (user, candidates, own) = examples[i];
            features.Build(
                cut.Before.Listens.Of(user),
                cut.Moments[user],
                candidates,
                values.AsSpan(starts[i] * FeatureBuilder.FeatureCount, candidates.Count * FeatureBuilder.FeatureCount));
            own.CopyTo(labels, starts[i]);
        });
        return new LabelledRows(values, labels, Array.ConvertAll(examples, example => example.Labels.Length));
    }

    /// <summary>The value of a feature.</summary>
    public float Value(int row, int feature) => Values[((long)row * FeatureCount) + feature];

    /// <summary>The NDCG@10 of each group when its rows are ordered by a score; equal scores keep the order of the rows.</summary>
    public double[] Ndcg(Func<int, float> score)
    {
        var (values, start) = (new List<double>(GroupSizes.Length), 0);
        foreach (var size in GroupSizes)
        {
            var group = Enumerable.Range(start, size);
            bool[] hits = [.. group.OrderByDescending(score).Take(CutOff).Select(row => Labels[row] > 0)];
            values.Add(RankingMetrics.Ndcg(hits, group.Count(row => Labels[row] > 0), CutOff));
            start += size;
        }

        return [.. values];
    }
}
