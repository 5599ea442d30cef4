using RecSys.Algorithms.Ranking.Trees;

namespace RecSys.Trainer.Tests.Boosting;

/// <summary>The managed scorer against the library that made the model.</summary>
public sealed class EnsembleAgainstLibraryTests
{
    public static TheoryData<string, int, int, int> Models()
    {
        var models = new TheoryData<string, int, int, int>();
        foreach (var objective in new[] { "binary:logistic", "rank:ndcg", "reg:squarederror" })
        {
            models.Add(objective, 6, 60, 0);
            models.Add(objective, 6, 40, 3);
            models.Add(objective, 5, 40, 70);
            models.Add(objective, 1, 10, 12);
            models.Add(objective, 10, 5, 40);
        }

        return models;
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Margins_are_those_of_the_library(string objective, int depth, int treeCount, int categoryCount)
    {
        using var model = new RandomModel(objective, seed: depth + categoryCount, depth, treeCount, categoryCount);
        model.Ensemble.TreeCount.ShouldBe(treeCount);
        var expected = model.LibraryMargins();
        var (vector, scalar) = (new float[expected.Length], new float[expected.Length]);
        model.Ensemble.Score(model.Rows.Values, vector);
        model.Ensemble.ScoreScalar(model.Rows.Values, scalar);
        expected.Distinct().Count().ShouldBeGreaterThan(3);
        for (var row = 0; row < expected.Length; row++)
        {
            scalar[row].ShouldBe(expected[row], 1e-5, $"row {row}");
            vector[row].ShouldBe(expected[row], 1e-5, $"row {row}");
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Contributions_are_those_of_the_library_and_sum_to_the_margin(string objective, int depth, int treeCount, int categoryCount)
    {
        using var model = new RandomModel(objective, seed: depth * 3, depth, treeCount, categoryCount, rowCount: 200);
        var expected = model.LibraryContributions();
        var margins = model.LibraryMargins();
        var contributions = new double[6];
        for (var row = 0; row < margins.Length; row++)
        {
            var bias = model.Ensemble.Explain(model.Rows.Values.AsSpan(row * 6, 6), contributions);
            for (var f = 0; f < 6; f++)
            {
                contributions[f].ShouldBe(expected[(row * 7) + f], 1e-4, $"row {row}, feature {f}");
            }

            bias.ShouldBe(expected[(row * 7) + 6], 1e-4);
            (contributions.Sum() + bias).ShouldBe(margins[row], 1e-4);
        }
    }

    [Fact]
    public void Categories_that_training_never_saw_go_where_the_library_sends_them()
    {
        using var model = new RandomModel("binary:logistic", seed: 5, depth: 6, treeCount: 30, categoryCount: 40);
        var values = model.Rows.Values.ToArray();
        float[] strange = [1_000_000, 41, 64, 39.7f, 40.2f, 12.5f];
        for (var row = 0; row < strange.Length; row++)
        {
            values[(row * 6) + 5] = strange[row];
        }

        var (margins, scalar) = (new float[model.Rows.RowCount], new float[model.Rows.RowCount]);
        model.Ensemble.Score(values, margins);
        model.Ensemble.ScoreScalar(values, scalar);
        var expected = PythonXgboost.Run(model.Json, values, 6, categorical: true).Margins;
        for (var row = 0; row < strange.Length; row++)
        {
            margins[row].ShouldBe(expected[row], 1e-5, $"category {strange[row]}");
            scalar[row].ShouldBe(expected[row], 1e-5, $"category {strange[row]}");
        }
    }

    [Fact]
    public void Python_reads_the_same_model_and_agrees()
    {
        using var model = new RandomModel("rank:ndcg", seed: 9, depth: 6, treeCount: 30, categoryCount: 20, rowCount: 500);
        var (margins, contributions) = PythonXgboost.Run(model.Json, model.Rows.Values, 6, categorical: true);
        var ours = new float[margins.Length];
        model.Ensemble.Score(model.Rows.Values, ours);
        var own = new double[6];
        for (var row = 0; row < ours.Length; row++)
        {
            ours[row].ShouldBe(margins[row], 1e-5);
            model.Ensemble.Explain(model.Rows.Values.AsSpan(row * 6, 6), own);
            for (var f = 0; f < 6; f++)
            {
                own[f].ShouldBe(contributions[(row * 7) + f], 1e-4);
            }
        }
    }

    [Fact]
    public void The_first_trees_of_a_model_are_a_model()
    {
        using var model = new RandomModel("binary:logistic", seed: 2, depth: 4, treeCount: 12, categoryCount: 0);
        TreeEnsemble.Parse(model.JsonOfFirst(5)).TreeCount.ShouldBe(5);
    }
}
