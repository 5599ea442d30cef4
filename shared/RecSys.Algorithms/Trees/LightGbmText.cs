using System.Globalization;

namespace RecSys.Algorithms.Trees;

/// <summary>
/// Reads the text form of LightGBM's models (version v4, src/io/tree.cpp), so that every decision comes out as in the library's
/// own Tree::Decision. Two things differ: the library compares in double precision, and it lists the categories that go left.
/// </summary>
public static class LightGbmText
{
    // decision_type: bit 0 a split by categories, bit 1 missing values go left, bits 2 and 3 what is missing.
    private const int ByCategories = 1;
    private const int MissingLeft = 2;
    private const int MissingIsZero = 1;
    private const int MissingIsNan = 2;

    /// <summary>The trees of a model with one margin a row.</summary>
    /// <exception cref="AlgorithmException">The text is no such model, or one of a kind that is not supported.</exception>
    public static TreeEnsemble Read(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        try
        {
            var blocks = model.ReplaceLineEndings("\n").Split("\nTree=");
            var header = Fields(blocks[0]);
            if (Integers(header, "num_tree_per_iteration")[0] != 1 || blocks[0].Contains("\naverage_output", StringComparison.Ordinal))
            {
                throw Unreadable("only sums of trees with one margin a row are supported");
            }

            var featureCount = Integers(header, "max_feature_idx")[0] + 1;
            var objective = header["objective"].StartsWith("binary", StringComparison.Ordinal) ? TreeObjective.Logistic : TreeObjective.Identity;
            return new TreeEnsemble([.. blocks.Skip(1).Select(block => ReadTree(Fields(block), featureCount))], featureCount, 0, objective);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or FormatException or OverflowException or IndexOutOfRangeException or ArgumentException)
        {
            throw Unreadable(exception.Message);
        }
    }

    /// <summary>The largest float that LightGBM sends to the left of a threshold.</summary>
    internal static float LimitOf(double threshold)
    {
        // While scoring the library takes values this near to zero as zero.
        threshold = Math.Abs(threshold) > DecisionTree.ZeroLimit ? threshold
            : threshold < 0 ? MathF.BitDecrement(-DecisionTree.ZeroLimit)
            : DecisionTree.ZeroLimit;
        var nearest = (float)threshold;
        return nearest > threshold ? MathF.BitDecrement(nearest) : nearest;
    }

    private static DecisionTree ReadTree(Dictionary<string, string> fields, int featureCount)
    {
        var leafCount = Integers(fields, "num_leaves")[0];
        if (fields.GetValueOrDefault("is_linear", "0") != "0")
        {
            throw Unreadable("linear leaves are not supported");
        }

        // Splits keep their numbers, the root being 0; leaves, which LightGBM numbers as −1, −2, …, follow them.
        var (splits, count) = (leafCount - 1, leafCount + leafCount - 1);
        var values = Doubles(fields, "leaf_value");
        var tree = new DecisionTree
        {
            Left = new int[count],
            Right = new int[count],
            Feature = new int[count],
            Threshold = new float[count],
            Missing = new MissingValues[count],
            RightCategories = new uint[]?[count],
            Cover = new float[count],
        };
        for (var leaf = 0; leaf < leafCount; leaf++)
        {
            (tree.Left[splits + leaf], tree.Right[splits + leaf]) = (-1, -1);
            tree.Threshold[splits + leaf] = (float)values[leaf];
            tree.Cover[splits + leaf] = 1;
        }

        if (splits > 0)
        {
            ReadSplits(fields, tree, splits);
        }

        return tree.IsWhole(featureCount) ? tree : throw Unreadable("the arrays of a tree do not fit together");
    }

    private static void ReadSplits(Dictionary<string, string> fields, DecisionTree tree, int splits)
    {
        var (left, right) = (Integers(fields, "left_child"), Integers(fields, "right_child"));
        var (features, thresholds, types) = (Integers(fields, "split_feature"), Doubles(fields, "threshold"), Integers(fields, "decision_type"));
        int[] covers = [.. Integers(fields, "internal_count"), .. Integers(fields, "leaf_count")];
        var isAnyByCategories = fields["num_cat"] != "0";
        var boundaries = isAnyByCategories ? Integers(fields, "cat_boundaries") : [];
        var words = isAnyByCategories ? Array.ConvertAll(Parts(fields, "cat_threshold"), text => uint.Parse(text, CultureInfo.InvariantCulture)) : [];
        for (var node = 0; node < tree.NodeCount; node++)
        {
            // Counts are those of training rows; a leaf is never left without any in an expectation.
            tree.Cover[node] = Math.Max(1, covers[node]);
        }

        for (var node = 0; node < splits; node++)
        {
            tree.Feature[node] = features[node];
            var (toLeft, toRight) = (Child(left[node]), Child(right[node]));
            if ((types[node] & ByCategories) != 0)
            {
                // Everything that isn't listed goes the other way, missing values too.
                var set = (int)thresholds[node];
                (tree.Left[node], tree.Right[node]) = (toRight, toLeft);
                tree.RightCategories[node] = words[boundaries[set]..boundaries[set + 1]];
                tree.Missing[node] = MissingValues.Left;
            }
            else
            {
                (tree.Left[node], tree.Right[node]) = (toLeft, toRight);
                tree.Threshold[node] = LimitOf(thresholds[node]);
                tree.Missing[node] = MissingOf(types[node], tree.Threshold[node]);
            }
        }

        int Child(int child) => child < 0 ? splits + ~child : child;
    }

    private static MissingValues MissingOf(int type, float limit)
    {
        var toLeft = (type & MissingLeft) != 0 ? MissingValues.Left : MissingValues.Right;
        return ((type >> 2) & 3) switch
        {
            MissingIsNan => toLeft,
            MissingIsZero => toLeft | MissingValues.Zero,

            // Training saw no missing value: one is taken as zero.
            _ => limit >= 0 ? MissingValues.Left : MissingValues.Right,
        };
    }

    private static Dictionary<string, string> Fields(string block) => block.Split('\n')
        .Select(line => (Line: line, At: line.IndexOf('=', StringComparison.Ordinal)))
        .Where(line => line.At > 0)
        .DistinctBy(line => line.Line[..line.At])
        .ToDictionary(line => line.Line[..line.At], line => line.Line[(line.At + 1)..]);

    private static string[] Parts(Dictionary<string, string> fields, string name) =>
        fields[name].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int[] Integers(Dictionary<string, string> fields, string name) =>
        Array.ConvertAll(Parts(fields, name), text => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    private static double[] Doubles(Dictionary<string, string> fields, string name) =>
        Array.ConvertAll(Parts(fields, name), text => text switch
        {
            // C++ has words of its own: a split between what is missing and all that isn't has an infinite threshold.
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        });

    private static AlgorithmException Unreadable(string reason) =>
        new(AlgorithmError.UnreadableModel, $"This is no LightGBM model that can be scored here: {reason}.");
}
