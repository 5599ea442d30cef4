using RecSys.Algorithms.Trees;

namespace RecSys.Algorithms.Tests.Trees;

/// <summary>Models small enough to be scored by hand; the tests of the trainer compare with the library itself.</summary>
public sealed class LightGbmTextTests
{
    // Root: f0 <= 2, missing left. Left child: categories {1, 3, 40} of f1 go left. Leaves 10 | 20, 5.
    private const string Model = """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        label_index=0
        max_feature_idx=1
        objective=binary sigmoid:1
        feature_names=a b
        feature_infos=[-1:5] 0:1:2:3:40
        tree_sizes=400 200

        Tree=0
        num_leaves=3
        num_cat=1
        split_feature=0 1
        split_gain=10 5
        threshold=2 0
        decision_type=TYPE 1
        left_child=1 -1
        right_child=-3 -2
        leaf_value=10 20 5
        leaf_weight=1 1 1
        leaf_count=20 10 10
        internal_value=0 0
        internal_weight=3 2
        internal_count=40 30
        cat_boundaries=0 2
        cat_threshold=10 256
        is_linear=0
        shrinkage=1


        Tree=1
        num_leaves=1
        num_cat=0
        split_feature=
        split_gain=
        threshold=
        decision_type=
        left_child=
        right_child=
        leaf_value=0.25
        leaf_weight=
        leaf_count=0
        internal_value=
        internal_weight=
        internal_count=
        is_linear=0
        shrinkage=1


        end of trees

        feature_importances:
        a=1
        b=1

        parameters:
        [objective: binary]
        end of parameters
        """;

    [Theory]
    [InlineData(1.5f, 1f, 10.25f)]
    [InlineData(1.5f, 3.9f, 10.25f)]
    [InlineData(1.5f, 40f, 10.25f)]
    [InlineData(2f, 1f, 10.25f)]
    [InlineData(2.0000002f, 1f, 5.25f)]
    [InlineData(1.5f, 0f, 20.25f)]
    [InlineData(1.5f, 2f, 20.25f)]
    [InlineData(1.5f, 41f, 20.25f)]
    [InlineData(1.5f, 1e9f, 20.25f)]
    [InlineData(1.5f, 1e30f, 20.25f)]
    [InlineData(1.5f, -1f, 20.25f)]
    [InlineData(1.5f, float.PositiveInfinity, 20.25f)]
    [InlineData(1.5f, float.NegativeInfinity, 20.25f)]
    [InlineData(1.5f, float.NaN, 20.25f)]
    [InlineData(float.NaN, 1f, 10.25f)]
    [InlineData(float.PositiveInfinity, 1f, 5.25f)]
    [InlineData(float.NegativeInfinity, 1f, 10.25f)]
    public void A_row_gets_the_value_of_its_leaf_in_every_tree(float number, float category, float expected) =>
        Scores(Text(missingIsNan: true, missingLeft: true), number, category).ShouldBe(expected);

    [Theory]
    [InlineData(true, true, "2", float.NaN, true)]
    [InlineData(true, false, "2", float.NaN, false)]
    [InlineData(true, false, "2", 0f, true)]
    [InlineData(false, false, "2", float.NaN, true)]
    [InlineData(false, true, "-2", float.NaN, false)]
    public void Missing_values_go_where_training_sent_them_and_count_as_zero_where_it_saw_none(
        bool missingIsNan, bool missingLeft, string threshold, float value, bool isLeft) =>
        Scores(Text(missingIsNan, missingLeft, threshold), value, 1).ShouldBe(isLeft ? 10.25f : 5.25f);

    [Theory]
    [InlineData("-2", 0f, true)]
    [InlineData("-2", -1e-35f, true)]
    [InlineData("-2", 1e-35f, true)]
    [InlineData("-2", float.NaN, true)]
    [InlineData("-2", 1.1e-35f, false)]
    [InlineData("-2", -3f, true)]
    [InlineData("-2", -1f, false)]
    public void Zero_is_missing_where_the_model_says_so(string threshold, float value, bool isLeft) =>
        Scores(Model.Replace("TYPE", "6", StringComparison.Ordinal).Replace("threshold=2 0", $"threshold={threshold} 0", StringComparison.Ordinal), value, 1)
            .ShouldBe(isLeft ? 10.25f : 5.25f);

    [Fact]
    public void A_float_is_on_the_side_of_a_threshold_where_it_is_as_a_double()
    {
        var random = new Random(8);
        double[] thresholds =
        [
            0.1, 1.0 / 3, double.PositiveInfinity, 16777217, 16777216.5, 1e300, -1e300, float.MaxValue, 3.5e38, -3.5e38, 1e-40, 5e-324, 1.4e-45,
            .. Enumerable.Range(0, 5_000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())).Where(double.IsFinite),
            .. Enumerable.Range(0, 5_000).Select(_ => (random.NextDouble() - 0.5) * 100),
        ];
        foreach (var threshold in thresholds.SelectMany(threshold => new[] { threshold, -threshold }))
        {
            var limit = LightGbmText.LimitOf(threshold);
            var near = (float)threshold;
            foreach (var value in new[]
            {
                near, MathF.BitIncrement(near), MathF.BitDecrement(near), 0, 1e-35f, MathF.BitIncrement(1e-35f), -1e-35f, MathF.BitDecrement(-1e-35f),
                float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity,
            })
            {
                // As the library's predictor does: what is not farther from zero than 1e-35 is zero.
                var seen = MathF.Abs(value) <= 1e-35f ? 0.0 : value;
                (value <= limit).ShouldBe(seen <= threshold, $"{value:R} at {threshold:R}");
            }
        }
    }

    [Fact]
    public void Expectations_count_training_rows()
    {
        var contributions = new double[2];
        var bias = LightGbmText.Read(Text(missingIsNan: true, missingLeft: true)).Explain([0f, 1f], contributions);
        bias.ShouldBe((((20 * 10) + (10 * 20) + (10 * 5)) / 40.0) + 0.25, 1e-6);
        (bias + contributions.Sum()).ShouldBe(10.25, 1e-6);
    }

    [Fact]
    public void The_objective_is_kept()
    {
        LightGbmText.Read(Text(missingIsNan: true, missingLeft: true)).Objective.ShouldBe(TreeObjective.Logistic);
        LightGbmText.Read(Text(missingIsNan: true, missingLeft: true).Replace("binary sigmoid:1", "lambdarank", StringComparison.Ordinal))
            .Objective.ShouldBe(TreeObjective.Identity);
    }

    [Theory]
    [InlineData("num_tree_per_iteration=1", "num_tree_per_iteration=3")]
    [InlineData("is_linear=0", "is_linear=1")]
    [InlineData("left_child=1 -1", "left_child=1")]
    [InlineData("left_child=1 -1", "left_child=7 -1")]
    [InlineData("left_child=1 -1", "left_child=0 -1")]
    [InlineData("leaf_value=10 20 5", "leaf_value=10 x 5")]
    [InlineData("split_feature=0 1", "split_feature=0 2")]
    [InlineData("max_feature_idx=1", "")]
    [InlineData("cat_boundaries=0 2", "cat_boundaries=0")]
    [InlineData("objective=binary sigmoid:1", "average_output\nobjective=binary sigmoid:1")]
    public void What_is_no_such_model_is_refused(string part, string instead) =>
        Should.Throw<AlgorithmException>(() => LightGbmText.Read(Text(missingIsNan: true, missingLeft: true).Replace(part, instead, StringComparison.Ordinal)))
            .Error.ShouldBe(AlgorithmError.UnreadableModel);

    private static string Text(bool missingIsNan, bool missingLeft, string threshold = "2") => Model
        .Replace("TYPE", $"{(missingLeft ? 2 : 0) + (missingIsNan ? 8 : 0)}", StringComparison.Ordinal)
        .Replace("threshold=2 0", $"threshold={threshold} 0", StringComparison.Ordinal);

    private static float Scores(string model, float number, float category)
    {
        var ensemble = LightGbmText.Read(model);
        float[] row = [number, category];
        var (vector, scalar) = (new float[1], new float[1]);
        ensemble.Score(row, vector);
        ensemble.ScoreScalar(row, scalar);
        vector.ShouldBe(scalar);
        return scalar[0];
    }
}
