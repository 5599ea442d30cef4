using RecSys.Algorithms.Trees;

namespace RecSys.Algorithms.Tests.Trees;

/// <summary>Trees and rows drawn by a seed: all kinds of splits, and values at thresholds as often as between them.</summary>
internal static class RandomTrees
{
    public const int FeatureCount = 4;

    // Thresholds and values come from the same few numbers.
    private static readonly float[] Numbers =
        [float.NegativeInfinity, -2, -0.5f, -DecisionTree.ZeroLimit, 0, 1e-36f, DecisionTree.ZeroLimit, 0.25f, 1, 3, float.PositiveInfinity];

    public static TreeEnsemble Ensemble(int seed, int treeCount, int depth)
    {
        var random = new Random(seed);
        return new TreeEnsemble(
            [.. Enumerable.Range(0, treeCount).Select(_ => Tree(random, depth))], FeatureCount, random.NextSingle(), (TreeObjective)random.Next(2));
    }

    /// <summary>Rows whose last feature is a category, 0 to 69 and beyond.</summary>
    public static float[] Rows(int seed, int count)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count * FeatureCount).Select(at => random.Next(6) == 0
                ? float.NaN
                : at % FeatureCount == FeatureCount - 1 ? random.Next(-1, 80) : Numbers[random.Next(Numbers.Length)]),
        ];
    }

    // Leaves end anywhere; the first way goes down all of the depth.
    private static DecisionTree Tree(Random random, int depth)
    {
        var nodes = new List<(int Left, int Right, int Feature, float Threshold, MissingValues Missing, uint[]? Categories, float Cover)>();
        Add(depth, isFirst: true);
        return new DecisionTree
        {
            Left = [.. nodes.Select(node => node.Left)],
            Right = [.. nodes.Select(node => node.Right)],
            Feature = [.. nodes.Select(node => node.Feature)],
            Threshold = [.. nodes.Select(node => node.Threshold)],
            Missing = [.. nodes.Select(node => node.Missing)],
            RightCategories = [.. nodes.Select(node => node.Categories)],
            Cover = [.. nodes.Select(node => node.Cover)],
        };

        int Add(int levels, bool isFirst)
        {
            var at = nodes.Count;
            nodes.Add(default);
            if (levels == 0 || (!isFirst && random.Next(4) == 0))
            {
                nodes[at] = (-1, -1, 0, (random.NextSingle() * 2) - 1, MissingValues.Right, null, random.Next(1, 20));
                return at;
            }

            var feature = random.Next(FeatureCount);
            var isByCategories = feature == FeatureCount - 1;
            var missing = (MissingValues)random.Next(isByCategories ? 2 : 4);
            var (left, right) = (Add(levels - 1, isFirst), Add(levels - 1, isFirst: false));
            nodes[at] = (
                left, right, feature, isByCategories ? 0 : Numbers[random.Next(1, Numbers.Length)], missing,
                isByCategories ? [(uint)random.NextInt64(1L << 32), (uint)random.Next(), (uint)random.Next(64)] : null,
                nodes[left].Cover + nodes[right].Cover);
            return at;
        }
    }
}
