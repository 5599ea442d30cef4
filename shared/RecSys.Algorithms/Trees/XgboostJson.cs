using System.Globalization;
using System.Text.Json;

namespace RecSys.Algorithms.Trees;

/// <summary>
/// Reads the JSON of XGBoost (its own documented schema, versions 1.6 to 2.x), which model versions hold that were trained before
/// decision 9. Nothing writes it any more.
/// </summary>
internal static class XgboostJson
{
    // XGBoost's own limit: categories are kept as floats.
    private const int MaxCategory = 1 << 24;

    /// <exception cref="AlgorithmException">The bytes are no such model, or one of a kind that is not supported.</exception>
    public static TreeEnsemble Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutBareNumbers(json.Span));
            return Read(document.RootElement.GetProperty("learner"));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Unreadable(exception.Message);
        }
    }

    // XGBoost writes NaN (for the threshold of a split by categories, which is not used) and Infinity, which are not JSON. Each
    // is replaced by a number of the same length; names of features, which are in quotes, stay.
    private static byte[] WithoutBareNumbers(ReadOnlySpan<byte> json)
    {
        var text = json.ToArray();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'"':
                    isQuoted = !isQuoted;
                    break;
                case (byte)'\\' when isQuoted:
                    i++;
                    break;
                case (byte)'N' when !isQuoted && text.AsSpan(i).StartsWith("NaN"u8):
                    "0  "u8.CopyTo(text.AsSpan(i));
                    break;
                case (byte)'I' when !isQuoted && text.AsSpan(i).StartsWith("Infinity"u8):
                    "3.4e38  "u8.CopyTo(text.AsSpan(i));
                    break;
                default:
                    break;
            }
        }

        return text;
    }

    private static TreeEnsemble Read(JsonElement learner)
    {
        var booster = learner.GetProperty("gradient_booster");
        var boosterName = booster.GetProperty("name").GetString();
        if (boosterName != "gbtree")
        {
            throw Unreadable($"the booster is {boosterName}, only gbtree is supported");
        }

        var parameters = learner.GetProperty("learner_model_param");
        if (parameters.TryGetProperty("num_class", out var classes) && Integer(classes) > 1)
        {
            throw Unreadable("it has several classes, only one margin a row is supported");
        }

        var featureCount = Integer(parameters.GetProperty("num_feature"));
        var objectiveName = learner.GetProperty("objective").GetProperty("name").GetString()!;
        var objective = objectiveName is "binary:logistic" or "reg:logistic" ? TreeObjective.Logistic : TreeObjective.Identity;
        var baseScore = double.Parse(
            parameters.GetProperty("base_score").GetString()!.Trim('[', ']'), NumberStyles.Float, CultureInfo.InvariantCulture);

        // The stored base score is in the unit of the answer: a probability for a logistic objective.
        var baseMargin = objective == TreeObjective.Logistic ? (float)-Math.Log((1 / baseScore) - 1) : (float)baseScore;
        var trees = booster.GetProperty("model").GetProperty("trees").EnumerateArray().Select(tree => ReadTree(tree, featureCount)).ToArray();
        return new TreeEnsemble(trees, featureCount, baseMargin, objective);
    }

    private static DecisionTree ReadTree(JsonElement json, int featureCount)
    {
        var left = Integers(json, "left_children");
        var thresholds = Floats(json, "split_conditions");
        for (var node = 0; node < Math.Min(left.Length, thresholds.Length); node++)
        {
            // XGBoost sends a value at a threshold to the right.
            thresholds[node] = left[node] < 0 ? thresholds[node] : MathF.BitDecrement(thresholds[node]);
        }

        var tree = new DecisionTree
        {
            Left = left,
            Right = Integers(json, "right_children"),
            Feature = Integers(json, "split_indices"),
            Threshold = thresholds,
            Missing = [.. json.GetProperty("default_left").EnumerateArray().Select(value => IsTrue(value) ? MissingValues.Left : MissingValues.Right)],
            Cover = Floats(json, "sum_hessian"),
            RightCategories = ReadCategories(json, left.Length),
        };
        return tree.IsWhole(featureCount) ? tree : throw Unreadable("the arrays of a tree do not fit together");
    }

    private static uint[]?[] ReadCategories(JsonElement json, int nodeCount)
    {
        var categories = new uint[]?[nodeCount];
        if (!json.TryGetProperty("categories_nodes", out _))
        {
            return categories;
        }

        var nodes = Integers(json, "categories_nodes");
        var starts = Integers(json, "categories_segments");
        var sizes = Integers(json, "categories_sizes");
        var all = Integers(json, "categories");
        if (starts.Length != nodes.Length || sizes.Length != nodes.Length)
        {
            throw Unreadable("the categories of a tree do not fit together");
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            if ((uint)nodes[i] >= (uint)nodeCount || starts[i] < 0 || sizes[i] < 0 || starts[i] > all.Length - sizes[i])
            {
                throw Unreadable("the categories of a tree do not fit together");
            }

            categories[nodes[i]] = ToBits(all.AsSpan(starts[i], sizes[i]));
        }

        return categories;
    }

    private static uint[] ToBits(ReadOnlySpan<int> categories)
    {
        var bits = new uint[1];
        foreach (var category in categories)
        {
            if ((uint)category >= MaxCategory)
            {
                throw Unreadable($"it splits on category {category}");
            }

            var word = category / DecisionTree.WordBits;
            Array.Resize(ref bits, Math.Max(bits.Length, word + 1));
            bits[word] |= 1u << (category % DecisionTree.WordBits);
        }

        return bits;
    }

    private static int[] Integers(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];

    private static float[] Floats(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];

    private static bool IsTrue(JsonElement value) =>
        value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.Number && value.GetInt32() != 0);

    private static int Integer(JsonElement value) => int.Parse(value.GetString()!, NumberStyles.Integer, CultureInfo.InvariantCulture);

    private static AlgorithmException Unreadable(string reason) =>
        new(AlgorithmError.UnreadableModel, $"This is no XGBoost model that can be scored here: {reason}. Train the ranker again.");
}
