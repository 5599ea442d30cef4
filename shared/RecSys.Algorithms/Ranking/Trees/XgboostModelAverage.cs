using System.Text.Json;
using System.Text.Json.Nodes;

namespace RecSys.Algorithms.Ranking.Trees;

/// <summary>
/// Makes one model of several, in the same form: the trees of all one after another, with their leaves divided by the number of
/// models, and step functions as further trees. Its margins are the means of theirs plus the steps.
/// </summary>
public static class XgboostModelAverage
{
    /// <summary>The mean of models with the same features, objective and base score.</summary>
    /// <param name="models">As the library saves them.</param>
    /// <param name="steps">What is added to the mean.</param>
    /// <exception cref="AlgorithmException">The bytes are no such models, or the models do not go together.</exception>
    public static byte[] Of(IReadOnlyList<ReadOnlyMemory<byte>> models, IReadOnlyList<StepFunction> steps)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(steps);
        try
        {
            var nodes = models.Select(model => JsonNode.Parse(XgboostModelReader.WithoutBareNumbers(model.Span))!).ToArray();
            var headers = nodes.Select(Header).Distinct().Count();
            if (headers != 1)
            {
                throw new AlgorithmException(
                    AlgorithmError.MismatchedSizes, $"{models.Count} models with {headers} kinds of features, objectives and base scores have no mean.");
            }

            return Join(nodes, steps);
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw XgboostModelReader.Unreadable(exception.Message);
        }
    }

    private static string Header(JsonNode model)
    {
        var learner = model["learner"]!;
        return $"{learner["learner_model_param"]!.ToJsonString()} {learner["objective"]!["name"]}";
    }

    private static byte[] Join(JsonNode[] models, IReadOnlyList<StepFunction> steps)
    {
        var all = new JsonArray();
        foreach (var model in models)
        {
            foreach (var tree in Body(model)["trees"]!.AsArray().ToArray())
            {
                var own = tree!.DeepClone();
                Scale(own, 1f / models.Length);
                own["id"] = all.Count;
                all.Add(own);
            }
        }

        foreach (var step in steps)
        {
            all.Add(ToTree(step, all.Count, FeatureCount(models[0])));
        }

        var (result, body) = (models[0], Body(models[0]));
        var count = all.Count;
        body["trees"] = all;
        body["tree_info"] = Array(new int[count]);
        body["gbtree_model_param"]!["num_trees"] = $"{count}";
        if (body["iteration_indptr"] is not null)
        {
            body["iteration_indptr"] = Array(Enumerable.Range(0, count + 1));
        }

        return JsonSerializer.SerializeToUtf8Bytes(result);
    }

    private static string FeatureCount(JsonNode model) => model["learner"]!["learner_model_param"]!["num_feature"]!.GetValue<string>();

    // A complete tree: the children of node i are 2 i + 1 and 2 i + 2. Missing values go right everywhere, to the last leaf.
    private static JsonObject ToTree(StepFunction steps, int id, string featureCount)
    {
        var (splits, count) = (steps.Thresholds.Length, steps.Thresholds.Length + steps.Values.Length);
        var (conditions, covers, weights) = (new float[count], new float[count], new float[count]);
        Fill(0, 0, splits);
        return new JsonObject
        {
            ["base_weights"] = Array(weights),
            ["categories"] = new JsonArray(),
            ["categories_nodes"] = new JsonArray(),
            ["categories_segments"] = new JsonArray(),
            ["categories_sizes"] = new JsonArray(),
            ["default_left"] = Array(new int[count]),
            ["id"] = id,
            ["left_children"] = Array(Enumerable.Range(0, count).Select(node => node < splits ? (2 * node) + 1 : -1)),
            ["loss_changes"] = Array(new float[count]),
            ["parents"] = Array(Enumerable.Range(0, count).Select(node => node == 0 ? int.MaxValue : (node - 1) / 2)),
            ["right_children"] = Array(Enumerable.Range(0, count).Select(node => node < splits ? (2 * node) + 2 : -1)),
            ["split_conditions"] = Array(conditions),
            ["split_indices"] = Array(Enumerable.Range(0, count).Select(node => node < splits ? steps.Feature : 0)),
            ["split_type"] = Array(new int[count]),
            ["sum_hessian"] = Array(covers),
            ["tree_param"] = new JsonObject
            {
                ["num_deleted"] = "0",
                ["num_feature"] = featureCount,
                ["num_nodes"] = $"{count}",
                ["size_leaf_vector"] = "0",
            },
        };

        // The node of the steps from first to last, both included.
        void Fill(int node, int first, int last)
        {
            if (first == last)
            {
                (conditions[node], covers[node], weights[node]) = (steps.Values[first], steps.Rows[first], steps.Values[first]);
                return;
            }

            var middle = (first + last) / 2;
            conditions[node] = steps.Thresholds[middle];
            var (left, right) = ((2 * node) + 1, (2 * node) + 2);
            Fill(left, first, middle);
            Fill(right, middle + 1, last);
            covers[node] = covers[left] + covers[right];
            weights[node] = ((weights[left] * covers[left]) + (weights[right] * covers[right])) / covers[node];
        }
    }

    private static JsonArray Array<T>(IEnumerable<T> values) => [.. values.Select(value => JsonValue.Create(value))];

    private static JsonNode Body(JsonNode model) => model["learner"]!["gradient_booster"]!["model"]!;

    // A leaf's value is kept where a split has its threshold; the weights of all nodes are for those who look at the tree.
    private static void Scale(JsonNode tree, float factor)
    {
        var (children, values, weights) = (tree["left_children"]!.AsArray(), tree["split_conditions"]!.AsArray(), tree["base_weights"]!.AsArray());
        for (var node = 0; node < children.Count; node++)
        {
            weights[node] = weights[node]!.GetValue<float>() * factor;
            if (children[node]!.GetValue<int>() < 0)
            {
                values[node] = values[node]!.GetValue<float>() * factor;
            }
        }
    }
}
