using System.Globalization;
using System.Text;
using RecSys.Algorithms.Trees;
using RecSys.TestKit;

namespace RecSys.Algorithms.Tests.Trees;

/// <summary>Models as XGBoost wrote them into older versions: small ones scored by hand, and one that an old trainer stored.</summary>
public sealed class XgboostJsonTests
{
    // Root: f0 < 2, missing left. Left child: categories {1, 3} of f1 go right, missing right. Leaves 10 | 20, 5.
    private const string Tree = """
        {"left_children":[1,3,-1,-1,-1],"right_children":[2,4,-1,-1,-1],"split_indices":[0,1,0,0,0],
         "split_conditions":[2.0,NaN,5.0,10.0,20.0],"default_left":[1,0,0,0,0],"sum_hessian":[4.0,3.0,1.0,2.0,1.0],
         "categories":[3,1],"categories_nodes":[1],"categories_segments":[0],"categories_sizes":[2]}
        """;

    private const string Leaf = """
        {"left_children":[-1],"right_children":[-1],"split_indices":[0],"split_conditions":[0.25],"default_left":[0],
         "sum_hessian":[4.0],"categories":[],"categories_nodes":[],"categories_segments":[],"categories_sizes":[]}
        """;

    [Theory]
    [InlineData(1.5f, 0f, 10.25f)]
    [InlineData(1.5f, 1f, 20.25f)]
    [InlineData(1.5f, 3.9f, 20.25f)]
    [InlineData(1.5f, 2f, 10.25f)]
    [InlineData(1.5f, 1000f, 10.25f)]
    [InlineData(1.5f, -1f, 10.25f)]
    [InlineData(1.5f, float.PositiveInfinity, 10.25f)]
    [InlineData(1.5f, float.NaN, 20.25f)]
    [InlineData(float.NaN, 0f, 10.25f)]
    [InlineData(2f, 0f, 5.25f)]
    [InlineData(float.PositiveInfinity, 1f, 5.25f)]
    [InlineData(float.NegativeInfinity, 1f, 20.25f)]
    public void A_row_gets_the_value_of_its_leaf_in_every_tree(float number, float category, float expected)
    {
        var ensemble = Parse(Model($"{Tree},{Leaf}"));
        float[] row = [number, category];
        var (vector, scalar) = (new float[1], new float[1]);
        ensemble.Score(row, vector);
        ensemble.ScoreScalar(row, scalar);
        vector[0].ShouldBe(expected);
        scalar[0].ShouldBe(expected);
    }

    [Fact]
    public void Any_number_of_rows_is_scored_like_one_row_at_a_time()
    {
        var ensemble = Parse(Model($"{Tree},{Leaf},{Tree}"));
        var random = new Random(3);
        foreach (var count in new[] { 0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 300 })
        {
            var rows = Enumerable.Range(0, count * 2).Select(_ => random.Next(5) == 0 ? float.NaN : random.Next(6)).ToArray();
            var (vector, scalar) = (new float[count], new float[count]);
            ensemble.Score(rows, vector);
            ensemble.ScoreScalar(rows, scalar);
            vector.ShouldBe(scalar);
        }
    }

    [Fact]
    public void Contributions_are_the_shapley_values()
    {
        // Of the training rows 3 in 4 went left, 2 in 3 of these to 10. Nothing known: 3/4 · (2/3 · 10 + 1/3 · 20) + 1/4 · 5.
        // f0 = 0, f1 = 1: known f0 alone 40/3, f1 alone 3/4 · 20 + 1/4 · 5 = 16.25, both 20.
        var ensemble = Parse(Model(Tree));
        var contributions = new double[2];
        var bias = ensemble.Explain([0f, 1f], contributions);
        bias.ShouldBe(11.25, 1e-9);
        contributions[0].ShouldBe((((40.0 / 3) - 11.25) + (20 - 16.25)) / 2, 1e-9);
        contributions[1].ShouldBe(((16.25 - 11.25) + (20 - (40.0 / 3))) / 2, 1e-9);
    }

    [Fact]
    public void What_an_old_trainer_stored_scores_as_it_did_then()
    {
        // A committee of two models with splits by categories, and a blend of one source, trained with libxgboost 1.7.4; margins in the
        // last column as that trainer's code gave them.
        var ensemble = TreeEnsemble.Parse(File.ReadAllBytes(Checkout.PathTo("tests", "RecSys.Algorithms.Tests", "Trees", "xgboost-committee.json")));
        ensemble.TreeCount.ShouldBe(8);
        float[][] lines =
        [
            .. File.ReadLines(Checkout.PathTo("tests", "RecSys.Algorithms.Tests", "Trees", "xgboost-committee.csv")).Skip(1)
                .Select(line => Array.ConvertAll(line.Split(','), Number)),
        ];
        float[] rows = [.. lines.SelectMany(line => line[..3])];
        var (vector, scalar, stored) = (new float[lines.Length], new float[lines.Length], new float[lines.Length]);
        ensemble.Score(rows, vector);
        ensemble.ScoreScalar(rows, scalar);
        TreeEnsemble.Parse(ensemble.ToBytes()).ScoreScalar(rows, stored);
        vector.ShouldBe(lines.Select(line => line[3]), 1e-6);
        scalar.ShouldBe(lines.Select(line => line[3]), 1e-6);
        stored.ShouldBe(scalar);

        static float Number(string text) => text.Length == 0 ? float.NaN : float.Parse(text, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void A_logistic_base_score_is_a_probability()
    {
        var ensemble = Parse(Model(Leaf, "binary:logistic", "7.5E-1"));
        ensemble.Objective.ShouldBe(TreeObjective.Logistic);
        ensemble.BaseMargin.ShouldBe(MathF.Log(3), 1e-6);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData("""{"learner":{"gradient_booster":{"name":"gblinear"}}}""")]
    public void What_is_no_model_is_refused_with_a_remedy(string json) =>
        Should.Throw<AlgorithmException>(() => Parse(json)).Message.ShouldContain("Train the ranker again");

    [Fact]
    public void A_tree_that_points_outside_itself_is_refused() =>
        Should.Throw<AlgorithmException>(() => Parse(Model(Tree.Replace("[2,4,-1,-1,-1]", "[2,9,-1,-1,-1]", StringComparison.Ordinal))))
            .Error.ShouldBe(AlgorithmError.UnreadableModel);

    [Fact]
    public void Rows_of_another_width_are_refused() =>
        Should.Throw<AlgorithmException>(() => Parse(Model(Tree)).Score(new float[3], new float[1])).Error.ShouldBe(AlgorithmError.MismatchedSizes);

    private static TreeEnsemble Parse(string json) => TreeEnsemble.Parse(Encoding.UTF8.GetBytes(json));

    private static string Model(string trees, string objective = "rank:ndcg", string baseScore = "0E0") => """
        {"learner":{"feature_names":["a \"NaN\" \\","b"],"gradient_booster":{"name":"gbtree","model":{"trees":[TREES]}},
         "learner_model_param":{"base_score":"BASE","num_class":"0","num_feature":"2"},"objective":{"name":"OBJECTIVE"}}}
        """.Replace("TREES", trees, StringComparison.Ordinal).Replace("BASE", baseScore, StringComparison.Ordinal)
        .Replace("OBJECTIVE", objective, StringComparison.Ordinal);
}
