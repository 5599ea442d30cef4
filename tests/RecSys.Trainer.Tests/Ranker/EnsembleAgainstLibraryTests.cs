using RecSys.Trainer.Ranker;

namespace RecSys.Trainer.Tests.Ranker;

/// <summary>The managed scorer against the library that made the model.</summary>
public sealed class EnsembleAgainstLibraryTests
{
    private const int FeatureCount = RandomModel.FeatureCount;

    public static TheoryData<string, int, int, int, float> Models()
    {
        var models = new TheoryData<string, int, int, int, float>();
        foreach (var objective in new[] { "objective=binary", "objective=lambdarank", "objective=regression", "objective=binary zero_as_missing=true" })
        {
            models.Add(objective, 6, 60, 0, 0.2f);
            models.Add(objective, 6, 40, 3, 0.2f);
            models.Add(objective, 5, 40, 70, 0.2f);
            models.Add(objective, 5, 30, 40, 0);
            models.Add(objective, 1, 10, 12, 0.2f);
            models.Add(objective, 10, 5, 40, 0.2f);
        }

        return models;
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Margins_are_those_of_the_library(string objective, int depth, int treeCount, int categoryCount, float missingShare)
    {
        using var model = new RandomModel(objective, seed: depth + categoryCount, depth, treeCount, categoryCount, missingShare: missingShare);
        model.Ensemble.TreeCount.ShouldBe(treeCount);
        model.LibraryMargins(model.Rows).Distinct().Count().ShouldBeGreaterThan(3);
        AreEqual(model, model.Rows);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Rows_like_none_in_training_are_scored_as_by_the_library(
        string objective, int depth, int treeCount, int categoryCount, float missingShare)
    {
        // At every threshold and just beside it, zero and almost zero, infinite, missing where training saw nothing missing.
        using var model = new RandomModel(objective, seed: depth + categoryCount, depth, treeCount, categoryCount, missingShare: missingShare);
        var rows = RandomModel.MakeRows(seed: 77, 3_000, categoryCount, missingShare: 0.1f);
        float[] strange =
        [
            0, -0f, 1e-35f, -1e-35f, 1e-36f, -1e-36f, 1.1e-35f, float.Epsilon, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.NaN,
        ];
        float[] categories = [1_000_000, 41, 64, 39.7f, 40.2f, 12.5f, 0.5f, -0.5f, -1, -7, 2e9f, 3e9f, 1e30f, float.PositiveInfinity, float.NaN];
        float[] thresholds =
        [
            .. model.Ensemble.Trees.SelectMany(tree => Enumerable.Range(0, tree.NodeCount).Where(node => !tree.IsLeaf(node)).Select(node => tree.Threshold[node])).Distinct(),
        ];
        var random = new Random(1);
        for (var row = 0; row < rows.RowCount; row++)
        {
            var x = rows.Values.AsSpan(row * FeatureCount, FeatureCount);
            for (var f = 0; f < FeatureCount; f++)
            {
                var isCategory = f == FeatureCount - 1 && categoryCount > 0;
                x[f] = random.Next(4) switch
                {
                    0 => isCategory ? categories[random.Next(categories.Length)] : strange[random.Next(strange.Length)],
                    1 when !isCategory => thresholds[random.Next(thresholds.Length)],
                    2 when !isCategory => MathF.BitDecrement(thresholds[random.Next(thresholds.Length)]),
                    _ => x[f],
                };
            }
        }

        AreEqual(model, rows);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Contributions_are_those_of_the_library_and_sum_to_the_margin(
        string objective, int depth, int treeCount, int categoryCount, float missingShare)
    {
        using var model = new RandomModel(objective, seed: depth * 3, depth, treeCount, categoryCount, missingShare: missingShare);
        var rows = RandomModel.MakeRows(seed: 5, 200, categoryCount, missingShare);
        var (expected, margins) = (model.LibraryContributions(rows), model.LibraryMargins(rows));
        var contributions = new double[FeatureCount];
        for (var row = 0; row < margins.Length; row++)
        {
            var bias = model.Ensemble.Explain(rows.Values.AsSpan(row * FeatureCount, FeatureCount), contributions);
            for (var f = 0; f < FeatureCount; f++)
            {
                contributions[f].ShouldBe(expected[(row * (FeatureCount + 1)) + f], 1e-4, $"row {row}, feature {f}");
            }

            bias.ShouldBe(expected[(row * (FeatureCount + 1)) + FeatureCount], 1e-4);
            (contributions.Sum() + bias).ShouldBe(margins[row], 1e-4);
        }
    }

    [Fact]
    public void The_first_trees_of_a_model_are_a_model()
    {
        using var model = new RandomModel("objective=binary", seed: 2, depth: 4, treeCount: 12, categoryCount: 0);
        model.First(5).TreeCount.ShouldBe(5);
    }

    private static void AreEqual(RandomModel model, LabelledRows rows)
    {
        var expected = model.LibraryMargins(rows);
        var (vector, scalar) = (new float[expected.Length], new float[expected.Length]);
        model.Ensemble.Score(rows.Values, vector);
        model.Ensemble.ScoreScalar(rows.Values, scalar);
        for (var row = 0; row < expected.Length; row++)
        {
            scalar[row].ShouldBe((float)expected[row], 1e-5, $"row {row}");
            vector[row].ShouldBe((float)expected[row], 1e-5, $"row {row}");
        }
    }
}
