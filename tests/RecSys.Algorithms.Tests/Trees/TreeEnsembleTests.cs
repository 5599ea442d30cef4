using RecSys.Algorithms.Trees;

namespace RecSys.Algorithms.Tests.Trees;

/// <summary>Scoring, storing and explaining, whatever trained the trees.</summary>
public sealed class TreeEnsembleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(10)]
    public void Any_trees_score_many_rows_as_one_row_and_tree_at_a_time(int depth)
    {
        var ensemble = RandomTrees.Ensemble(depth, treeCount: 40, depth);
        foreach (var count in new[] { 0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 513 })
        {
            var rows = RandomTrees.Rows(count, count);
            var (vector, scalar) = (new float[count], new float[count]);
            ensemble.Score(rows, vector);
            ensemble.ScoreScalar(rows, scalar);
            vector.ShouldBe(scalar, 1e-5);
        }
    }

    [Fact]
    public void What_was_stored_scores_and_explains_like_what_was_trained()
    {
        var ensemble = RandomTrees.Ensemble(seed: 3, treeCount: 20, depth: 5);
        var stored = TreeEnsemble.Parse(ensemble.ToBytes());
        (stored.TreeCount, stored.FeatureCount, stored.BaseMargin, stored.Objective)
            .ShouldBe((ensemble.TreeCount, ensemble.FeatureCount, ensemble.BaseMargin, ensemble.Objective));
        var rows = RandomTrees.Rows(4, 200);
        var (own, read) = (new float[200], new float[200]);
        ensemble.Score(rows, own);
        stored.Score(rows, read);
        read.ShouldBe(own);
        var (contributions, again) = (new double[RandomTrees.FeatureCount], new double[RandomTrees.FeatureCount]);
        stored.Explain(rows.AsSpan(0, RandomTrees.FeatureCount), again).ShouldBe(ensemble.Explain(rows.AsSpan(0, RandomTrees.FeatureCount), contributions));
        again.ShouldBe(contributions);
    }

    [Fact]
    public void Damaged_or_later_bytes_are_refused_with_a_remedy()
    {
        var bytes = RandomTrees.Ensemble(seed: 1, treeCount: 3, depth: 3).ToBytes();
        for (var length = 0; length < bytes.Length; length += 5)
        {
            Refused(bytes[..length]);
        }

        byte[] later = [.. bytes];
        later[8] = 2;
        Refused(later).ShouldContain("version 2");

        // The count of nodes of the first tree, and the left child of its root.
        foreach (var (at, value) in new[] { (28, int.MaxValue), (28, -1), (28, 0), (32, 0), (32, 1_000) })
        {
            byte[] damaged = [.. bytes];
            BitConverter.TryWriteBytes(damaged.AsSpan(at), value).ShouldBeTrue();
            Refused(damaged);
        }

        static string Refused(byte[] bytes)
        {
            var exception = Should.Throw<AlgorithmException>(() => TreeEnsemble.Parse(bytes));
            exception.Error.ShouldBe(AlgorithmError.UnreadableModel);
            exception.Message.ShouldContain("Train the ranker again");
            return exception.Message;
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    public void Contributions_are_the_shapley_values_of_every_row_and_sum_to_its_margin(int depth)
    {
        var ensemble = RandomTrees.Ensemble(seed: depth, treeCount: 12, depth);
        var rows = RandomTrees.Rows(depth, 60);
        var margins = new float[60];
        ensemble.Score(rows, margins);
        var contributions = new double[RandomTrees.FeatureCount];
        for (var at = 0; at < margins.Length; at++)
        {
            var row = rows[(at * RandomTrees.FeatureCount)..((at + 1) * RandomTrees.FeatureCount)];
            var bias = ensemble.Explain(row, contributions);
            bias.ShouldBe(Expected(ensemble, row, known: 0), 1e-5);
            (bias + contributions.Sum()).ShouldBe(margins[at], 1e-4);
            for (var feature = 0; feature < contributions.Length; feature++)
            {
                contributions[feature].ShouldBe(Shapley(ensemble, row, feature), 1e-5, $"row {at}, feature {feature}");
            }
        }
    }

    [Fact]
    public void The_mean_of_ensembles_with_steps_has_the_mean_margin_and_the_steps_on_top()
    {
        var (first, second) = (Same(RandomTrees.Ensemble(1, 12, 4)), Same(RandomTrees.Ensemble(2, 7, 5)));
        var steps = new StepFunction(1, [0.2f, 0.5f, 1], [3, 2, 1, 0], [5, 1, 1, 2]);
        var mean = TreeEnsemble.MeanOf([first, second], [steps]);
        mean.TreeCount.ShouldBe(20);
        var rows = RandomTrees.Rows(5, 300);
        float[][] margins = [new float[300], new float[300], new float[300]];
        first.Score(rows, margins[0]);
        second.Score(rows, margins[1]);
        mean.Score(rows, margins[2]);
        for (var row = 0; row < 300; row++)
        {
            var step = steps.Values[steps.StepOf(rows[(row * RandomTrees.FeatureCount) + 1])];
            margins[2][row].ShouldBe(((margins[0][row] + margins[1][row]) / 2) + step, 1e-5, $"row {row}");
        }

        static TreeEnsemble Same(TreeEnsemble ensemble) => new([.. ensemble.Trees], ensemble.FeatureCount, 0.5f, TreeObjective.Logistic);
    }

    [Fact]
    public void Ensembles_that_do_not_go_together_have_no_mean()
    {
        DecisionTree[] trees = [.. RandomTrees.Ensemble(1, 2, 2).Trees];
        TreeEnsemble[] others =
        [
            new(trees, RandomTrees.FeatureCount, 0.5f, TreeObjective.Logistic),
            new(trees, RandomTrees.FeatureCount, 0, TreeObjective.Identity),
            new(trees, RandomTrees.FeatureCount + 1, 0, TreeObjective.Logistic),
        ];
        foreach (var other in others)
        {
            Should.Throw<AlgorithmException>(() => TreeEnsemble.MeanOf([new(trees, RandomTrees.FeatureCount, 0, TreeObjective.Logistic), other], []));
        }

        Should.Throw<AlgorithmException>(() => TreeEnsemble.MeanOf([], []));
    }

    // By the definition: the mean over all orders of features of what a feature changes when it becomes known.
    private static double Shapley(TreeEnsemble ensemble, float[] row, int feature)
    {
        var (sum, count) = (0.0, RandomTrees.FeatureCount);
        for (var known = 0; known < 1 << count; known++)
        {
            if ((known >> feature & 1) == 0)
            {
                var size = int.PopCount(known);
                sum += Factorial(size) * Factorial(count - size - 1) / Factorial(count)
                    * (Expected(ensemble, row, known | 1 << feature) - Expected(ensemble, row, known));
            }
        }

        return sum;

        static double Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);
    }

    // What is expected of a row of which some features are known: elsewhere both children count by their cover.
    private static double Expected(TreeEnsemble ensemble, float[] row, int known)
    {
        return ensemble.BaseMargin + ensemble.Trees.Sum(tree => Of(tree, 0));

        double Of(DecisionTree tree, int node)
        {
            if (tree.IsLeaf(node))
            {
                return tree.Threshold[node];
            }

            var (left, right) = (tree.Left[node], tree.Right[node]);
            return (known >> tree.Feature[node] & 1) != 0
                ? Of(tree, tree.GoesLeft(node, row[tree.Feature[node]]) ? left : right)
                : ((tree.Cover[left] * Of(tree, left)) + (tree.Cover[right] * Of(tree, right))) / tree.Cover[node];
        }
    }
}
