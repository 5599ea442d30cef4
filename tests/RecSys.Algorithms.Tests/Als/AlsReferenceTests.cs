using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.Als;

/// <summary>The model against <see cref="AlsReference"/>, over the settings and the paths of the solver.</summary>
public sealed class AlsReferenceTests
{
    public static TheoryData<AlsOptions> Settings
    {
        get
        {
            var hu = new AlsOptions { FactorCount = 6, Iterations = 3, Regularization = 0.1f, ComputeLoss = true };
            var rendle = hu with { UnobservedWeight = 0.1f, RegularizationExponent = 1, Regularization = 0.003f };
            return
            [
                hu,
                hu with { Confidence = AlsConfidence.Log, Alpha = 10 },
                hu with { Confidence = AlsConfidence.Uniform, Alpha = 40 },
                hu with { Alpha = 40, Confidence = AlsConfidence.Linear },
                hu with { RegularizationExponent = 0.5f },
                hu with { FactorCount = 1 },
                hu with { FactorCount = 17 },

                // More factors than most rows have interactions, and more than any has.
                hu with { FactorCount = 64 },
                hu with { FactorCount = 130, Regularization = 1 },
                rendle,
                rendle with { FactorCount = 33, Confidence = AlsConfidence.Log, Alpha = 2 },
                rendle with { FactorCount = 100, RegularizationExponent = 0.7f },

                // Enough steps solve a system as exactly as a factorisation does.
                hu with { FactorCount = 17, Solver = AlsSolver.ConjugateGradient, ConjugateGradientSteps = 60 },
                rendle with { FactorCount = 33, Solver = AlsSolver.ConjugateGradient, ConjugateGradientSteps = 60 },
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Losses_and_scores_equal_the_slow_reference(AlsOptions settings)
    {
        var log = AlsCases.Log();
        var start = AlsCases.InitialItems(log.ColumnCount, settings.FactorCount);
        var reference = new AlsReference(log, settings, start);

        var model = AlsModel.Fit(log, settings, new AlsStart(start));

        for (var i = 0; i < settings.Iterations; i++)
        {
            model.Losses[i].ShouldBe(reference.Losses[i], 1e-4 * reference.Losses[i]);
        }

        for (var user = 0; user < log.RowCount; user++)
        {
            for (var item = 0; item < log.ColumnCount; item++)
            {
                if (log.RowLength(user) == 0 || item == AlsCases.ColdItem)
                {
                    model.Score(user, item).ShouldBe(float.NegativeInfinity);
                    reference.Score(user, item).ShouldBe(0);
                }
                else
                {
                    model.Score(user, item).ShouldBe((float)reference.Score(user, item), 2e-3f);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Folding_in_a_profile_gives_the_scores_of_the_reference(AlsOptions settings)
    {
        var log = AlsCases.Log();
        var model = AlsModel.Fit(log, settings);
        var items = Enumerable.Range(0, log.ColumnCount)
            .Select(i => Array.ConvertAll(model.ItemFactors.Row(i).ToArray(), value => (double)value))
            .ToArray();
        var reference = new AlsReference(log, settings with { Iterations = 1 }, model.ItemFactors);
        int[][] profiles = [[], [3], [0, 2, 9], [.. Enumerable.Range(0, 28)]];
        foreach (var profile in profiles)
        {
            var expected = reference.Solve(items, i => profile.Contains(i) ? 1 + (i % 4) : 0);
            var factors = new float[settings.FactorCount];

            model.FoldInUser(profile, [.. profile.Select(i => 1f + (i % 4))], factors);

            for (var i = 0; i < items.Length; i++)
            {
                factors.Zip(items[i], (x, y) => x * y).Sum().ShouldBe(expected.Zip(items[i], (x, y) => x * y).Sum(), 2e-3);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Contributions_sum_to_the_score_of_the_folded_in_profile(AlsOptions settings)
    {
        var log = AlsCases.Log();
        var model = AlsModel.Fit(log, settings);
        var profile = log.RowColumns(0);
        var factors = new float[settings.FactorCount];
        model.FoldInUser(profile, log.RowValues(0), factors);
        for (var item = 0; item < 10; item++)
        {
            var explanation = model.Explain(0, item, k: log.ColumnCount);

            var score = 0f;
            for (var k = 0; k < factors.Length; k++)
            {
                score += factors[k] * model.ItemFactors.Row(item)[k];
            }

            explanation.Score.ShouldBe(score, 2e-3f);
            explanation.Contributions.Sum(contribution => contribution.Contribution).ShouldBe(score, 2e-3f);
            explanation.Contributions.Count.ShouldBe(profile.Length);
            explanation.Contributions.ShouldAllBe(contribution => contribution.Confidence > 0);
        }
    }

    [Fact]
    public void An_item_folded_in_from_its_listeners_has_its_fitted_vector()
    {
        var log = AlsCases.Log();
        var model = AlsModel.Fit(log, new AlsOptions { FactorCount = 8, Iterations = 2 });
        var byItem = log.Transpose();
        var factors = new float[8];
        for (var item = 0; item < log.ColumnCount; item++)
        {
            model.FoldInItem(byItem.RowColumns(item), byItem.RowValues(item), factors);

            factors.ShouldBe(model.ItemFactors.Row(item).ToArray(), 1e-3);
        }
    }

    [Fact]
    public void Factors_of_another_basis_fold_in_to_the_same_scores()
    {
        var log = AlsCases.Log();
        var settings = new AlsOptions { FactorCount = 2, Iterations = 2 };
        var model = AlsModel.Fit(log, settings);
        var turned = AlsModel.FromFactors(Turn(model.UserFactors), Turn(model.ItemFactors), settings, log);

        var expected = new float[log.ColumnCount];
        var actual = new float[log.ColumnCount];
        model.ScoreProfile([1, 2, 3], [1, 2, 1], expected);
        turned.ScoreProfile([1, 2, 3], [1, 2, 1], actual);

        for (var item = 0; item < expected.Length; item++)
        {
            if (item != AlsCases.ColdItem)
            {
                actual[item].ShouldBe(expected[item], 1e-4f);
            }
        }
    }

    private static FactorMatrix Turn(FactorMatrix factors)
    {
        var rows = factors.ToArray();
        for (var i = 0; i < rows.Length; i += 2)
        {
            (rows[i], rows[i + 1]) = ((0.6f * rows[i]) - (0.8f * rows[i + 1]), (0.8f * rows[i]) + (0.6f * rows[i + 1]));
        }

        return FactorMatrix.FromRows(factors.RowCount, 2, rows);
    }
}
