using RecSys.Algorithms.Features;
using RecSys.Trainer.Ranker;

namespace RecSys.Trainer.Ranking;

/// <summary>Makes boosting rows of examples.</summary>
internal static class RankingRows
{
    /// <summary>A group of rows for each user, in the order of the examples.</summary>
    public static LabelledRows Build(IReadOnlyList<TrainingExamples> examples, LabelSplit split, FeatureBuilder features)
    {
        var starts = new int[examples.Count + 1];
        for (var i = 0; i < examples.Count; i++)
        {
            starts[i + 1] = checked(starts[i] + examples[i].Labels.Length);
        }

        var values = new float[checked(starts[^1] * FeatureBuilder.FeatureCount)];
        var labels = new float[starts[^1]];
        Parallel.For(0, examples.Count, i =>
        {
            var (user, candidates, own) = examples[i];
            features.Build(
                split.Before.Listens.Of(user),
                split.Moments[user],
                candidates,
                values.AsSpan(starts[i] * FeatureBuilder.FeatureCount, candidates.Count * FeatureBuilder.FeatureCount));
            own.CopyTo(labels, starts[i]);
        });
        return new LabelledRows(values, labels, [.. examples.Select(example => example.Labels.Length)]);
    }
}
