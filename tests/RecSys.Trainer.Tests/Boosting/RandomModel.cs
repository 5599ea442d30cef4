using RecSys.Algorithms.Ranking.Trees;
using RecSys.Trainer.Boosting;

namespace RecSys.Trainer.Tests.Boosting;

/// <summary>A model that the library trained on random rows, some values missing and one feature of categories.</summary>
internal sealed class RandomModel : IDisposable
{
    private const int GroupSize = 25;

    private readonly Booster _booster;
    private readonly BoostingMatrix _train;

    public RandomModel(string objective, int seed, int depth, int treeCount, int categoryCount, int rowCount = 2_000)
    {
        Features = [.. Enumerable.Range(0, 6).Select(f => ($"f{f}", f == 5 && categoryCount > 0))];
        Rows = MakeRows(seed, rowCount, categoryCount);
        _train = new BoostingMatrix(Rows, Features);
        _booster = new Booster(
            [
                ("objective", objective), ("max_depth", $"{depth}"), ("eta", "0.3"), ("tree_method", "hist"), ("nthread", "1"),
                ("verbosity", "0"), ("min_child_weight", "0"), ("max_cat_to_onehot", "3"),
            ],
            _train);
        for (var tree = 0; tree < treeCount; tree++)
        {
            _booster.Update(tree, _train);
        }

        Json = _booster.ToJson();
        Ensemble = TreeEnsemble.Parse(Json);
    }

    public (string Name, bool IsCategorical)[] Features { get; }

    public BoostingRows Rows { get; }

    public byte[] Json { get; }

    public TreeEnsemble Ensemble { get; }

    public float[] LibraryMargins() => _booster.Margins(_train);

    public float[] LibraryContributions() => _booster.Contributions(_train);

    public byte[] JsonOfFirst(int treeCount)
    {
        using var slice = _booster.Slice(treeCount);
        return slice.ToJson();
    }

    public void Dispose()
    {
        _booster.Dispose();
        _train.Dispose();
    }

    private static BoostingRows MakeRows(int seed, int rowCount, int categoryCount)
    {
        var random = new Random(seed);
        var values = new float[rowCount * 6];
        var labels = new float[rowCount];
        for (var row = 0; row < rowCount; row++)
        {
            var x = values.AsSpan(row * 6, 6);
            for (var f = 0; f < 5; f++)
            {
                x[f] = random.NextSingle() < 0.2f ? float.NaN : MathF.Round((random.NextSingle() * 20) - 10, f);
            }

            x[5] = categoryCount == 0 ? random.NextSingle() : random.NextSingle() < 0.1f ? float.NaN : random.Next(categoryCount);
            var good = (float.IsNaN(x[0]) ? 3 : x[0]) + ((float.IsNaN(x[1]) ? -2 : x[1]) / 2) + (((int)x[5] * 7919 % 5) - 2) + (random.NextSingle() * 6);
            labels[row] = good > 4 ? 1 : 0;
        }

        return new BoostingRows(values, labels, [.. Enumerable.Repeat(GroupSize, rowCount / GroupSize)]);
    }
}
