using System.Globalization;
using System.Text.Json;

namespace RecSys.Algorithms.Ranking.Trees;

/// <summary>Reads the JSON form of XGBoost's models (its own documented schema, versions 1.6 to 2.x).</summary>
internal static class XgboostModelReader
{
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
    internal static byte[] WithoutBareNumbers(ReadOnlySpan<byte> json)
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
        return new TreeEnsemble(trees, featureCount, baseMargin, objective, objectiveName);
    }

    private static DecisionTree ReadTree(JsonElement json, int featureCount)
    {
        var left = Integers(json, "left_children");
        var right = Integers(json, "right_children");
        var features = Integers(json, "split_indices");
        var tree = new DecisionTree
        {
            Left = left,
            Right = right,
            Feature = features,
            Threshold = Floats(json, "split_conditions"),
            MissingLeft = [.. json.GetProperty("default_left").EnumerateArray().Select(IsTrue)],
            Cover = Floats(json, "sum_hessian"),
            RightCategories = ReadCategories(json, left.Length),
        };
        var fits = left.Length > 0 && right.Length == left.Length && features.Length == left.Length && tree.Threshold.Length == left.Length
            && tree.MissingLeft.Length == left.Length && tree.Cover.Length == left.Length;
        for (var node = 0; fits && node < left.Length; node++)
        {
            fits = left[node] < 0
                ? right[node] < 0
                : left[node] > node && right[node] > node && left[node] < left.Length && right[node] < left.Length
                    && (uint)features[node] < (uint)featureCount;
        }

        return fits ? tree : throw Unreadable("the arrays of a tree do not fit together");
    }

    private static int[]?[] ReadCategories(JsonElement json, int nodeCount)
    {
        var categories = new int[]?[nodeCount];
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

            var set = all.AsSpan(starts[i], sizes[i]).ToArray();
            Array.Sort(set);
            categories[nodes[i]] = set;
        }

        return categories;
    }

    private static int[] Integers(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];

    private static float[] Floats(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];

    private static bool IsTrue(JsonElement value) =>
        value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.Number && value.GetInt32() != 0);

    private static int Integer(JsonElement value) => int.Parse(value.GetString()!, NumberStyles.Integer, CultureInfo.InvariantCulture);

    internal static AlgorithmException Unreadable(string reason) =>
        new(AlgorithmError.UnreadableModel, $"This is no XGBoost model that can be scored here: {reason}. Train the ranker again.");
}
