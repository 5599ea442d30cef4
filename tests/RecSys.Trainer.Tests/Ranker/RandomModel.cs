using RecSys.Algorithms.Trees;
using RecSys.Trainer.Ranker;

namespace RecSys.Trainer.Tests.Ranker;

/// <summary>A model that the library trained on random rows: values in ties, some missing, one feature of categories.</summary>
internal sealed class RandomModel : IDisposable
{
    public const int FeatureCount = 6;

    private const int GroupSize = 25;

    private readonly LightGbm.Booster _booster;
    private readonly LightGbm.Dataset _train;

    /// <param name="objective">Such as <c>objective=binary</c>, with any other parameters of the library.</param>
    /// <param name="seed">Of the rows.</param>
    /// <param name="depth">Of the trees, at most.</param>
    /// <param name="treeCount">Trees.</param>
    /// <param name="categoryCount">Categories of the last feature; 0 for a number.</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="missingShare">Share of the values that are missing.</param>
    public RandomModel(
        string objective, int seed, int depth, int treeCount, int categoryCount, int rowCount = 2_000, float missingShare = 0.2f)
    {
        Rows = MakeRows(seed, rowCount, categoryCount, missingShare);
        var parameters = $"{objective} max_depth={depth} num_leaves={1 << depth} learning_rate=0.3 num_threads=1 verbosity=-1 min_data_in_leaf=1 "
            + "min_sum_hessian_in_leaf=0.001 cat_smooth=1 min_data_per_group=5 max_bin=64" + (categoryCount > 0 ? " categorical_feature=5" : "");
        _train = LightGbm.Dataset.Create([Rows], parameters, null);
        _booster = LightGbm.Booster.Create(parameters, _train, null);
        for (var tree = 0; tree < treeCount; tree++)
        {
            _booster.Update().ShouldBeTrue();
        }

        Ensemble = LightGbmText.Read(_booster.ToText(treeCount));
    }

    public LabelledRows Rows { get; }

    public TreeEnsemble Ensemble { get; }

    public double[] LibraryMargins(LabelledRows rows) => _booster.Margins(rows);

    public double[] LibraryContributions(LabelledRows rows) => _booster.Contributions(rows);

    public TreeEnsemble First(int treeCount) => LightGbmText.Read(_booster.ToText(treeCount));

    public void Dispose()
    {
        _booster.Dispose();
        _train.Dispose();
    }

    /// <summary>Other rows of the same kind.</summary>
    public static LabelledRows MakeRows(int seed, int rowCount, int categoryCount, float missingShare)
    {
        var random = new Random(seed);
        var values = new float[rowCount * FeatureCount];
        var labels = new float[rowCount];
        for (var row = 0; row < rowCount; row++)
        {
            var x = values.AsSpan(row * FeatureCount, FeatureCount);
            for (var f = 0; f < 5; f++)
            {
                x[f] = random.NextSingle() < missingShare ? float.NaN : MathF.Round((random.NextSingle() * 20) - 10, f);
            }

            x[5] = categoryCount == 0 ? random.NextSingle() : random.NextSingle() < missingShare / 2 ? float.NaN : random.Next(categoryCount);
            var good = (float.IsNaN(x[0]) ? 3 : x[0]) + ((float.IsNaN(x[1]) ? -2 : x[1]) / 2) + (((int)x[5] * 7919 % 5) - 2) + (random.NextSingle() * 6);
            labels[row] = good > 4 ? 1 : 0;
        }

        return new LabelledRows(values, labels, [.. Enumerable.Repeat(GroupSize, rowCount / GroupSize)]);
    }
}
