using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.Als;

public sealed class AlsErrorTests
{
    private static readonly AlsOptions Small = new() { FactorCount = 4, Iterations = 1 };

    public static TheoryData<AlsOptions> Invalid =>
    [
        Small with { FactorCount = 0 },
        Small with { FactorCount = 1025 },
        Small with { Iterations = 0 },
        Small with { Regularization = -1 },
        Small with { Regularization = float.NaN },
        Small with { RegularizationExponent = -0.1f },
        Small with { RegularizationExponent = 1.1f },
        Small with { Alpha = 0 },
        Small with { Alpha = float.PositiveInfinity },
        Small with { UnobservedWeight = 0 },
        Small with { UnobservedWeight = float.NaN },
        Small with { ConjugateGradientSteps = 0 },
        Small with { InitialScale = 0 },
        Small with { ThreadCount = -1 },
        Small with { EarlyStopTolerance = 1 },
        Small with { Confidence = (AlsConfidence)9 },
        Small with { Solver = (AlsSolver)9 },
    ];

    [Theory]
    [MemberData(nameof(Invalid))]
    public void A_setting_outside_its_range_is_named(AlsOptions settings) =>
        ShouldFail(AlgorithmError.InvalidSetting, () => AlsModel.Fit(AlsCases.Log(), settings));

    [Fact]
    public void Nothing_to_learn_from_is_a_named_error() =>
        ShouldFail(AlgorithmError.EmptyMatrix, () => AlsModel.Fit(SparseMatrix.FromTriples(3, 3, [], [], []), Small));

    [Fact]
    public void Negative_weights_are_refused() => ShouldFail(
        AlgorithmError.NegativeWeight,
        () => AlsModel.Fit(SparseMatrix.FromTriples(1, 1, [0], [0], [-1f], allowNegative: true), Small));

    [Fact]
    public void A_singular_system_says_what_to_raise()
    {
        // Without regularization, four factors are more than three items determine.
        var log = SparseMatrix.FromTriples(2, 3, [0, 0, 1], [0, 1, 2], [1f, 1f, 1f]);

        var exception = ShouldFail(AlgorithmError.SingularSystem, () => AlsModel.Fit(log, Small with { Regularization = 0 }));

        exception.Message.ShouldContain("Regularization");
    }

    [Fact]
    public void Weights_that_overflow_are_a_named_error()
    {
        var log = SparseMatrix.FromTriples(2, 2, [0, 1], [0, 1], [1e38f, 1e38f]);

        var exception = Should.Throw<AlgorithmException>(() => AlsModel.Fit(log, Small with { Alpha = 1000, Iterations = 5 }));

        exception.Error.ShouldBeOneOf(AlgorithmError.SingularSystem, AlgorithmError.Diverged);
    }

    [Fact]
    public void Factors_to_start_from_must_fit()
    {
        var log = AlsCases.Log();
        ShouldFail(
            AlgorithmError.MismatchedSizes,
            () => AlsModel.Fit(log, Small, new AlsStart(AlsCases.InitialItems(log.ColumnCount + 1, 4))));
        ShouldFail(
            AlgorithmError.MismatchedSizes, () => AlsModel.Fit(log, Small, new AlsStart(AlsCases.InitialItems(log.ColumnCount, 5))));
        ShouldFail(
            AlgorithmError.MismatchedSizes,
            () => AlsModel.Fit(log, Small, new AlsStart(AlsCases.InitialItems(log.ColumnCount, 4), new FactorMatrix(1, 4))));
    }

    [Fact]
    public void Given_factors_must_be_numbers_and_as_many_as_announced()
    {
        ShouldFail(AlgorithmError.NotANumber, () => FactorMatrix.FromRows(1, 2, [1f, float.NaN]));
        ShouldFail(AlgorithmError.MismatchedSizes, () => FactorMatrix.FromRows(2, 2, [1f, 2f, 3f]));
        ShouldFail(AlgorithmError.InvalidSetting, () => FactorMatrix.FromRows(1, 0, []));
        ShouldFail(
            AlgorithmError.MismatchedSizes, () => AlsModel.FromFactors(new FactorMatrix(2, 3), new FactorMatrix(2, 4), new AlsOptions()));
        ShouldFail(
            AlgorithmError.MismatchedSizes,
            () => AlsModel.FromFactors(new FactorMatrix(2, 4), new FactorMatrix(2, 4), new AlsOptions(), AlsCases.Log()));
    }

    [Fact]
    public void A_profile_must_be_in_range_and_its_weights_mean_something()
    {
        var model = AlsModel.Fit(AlsCases.Log(), Small);
        var factors = new float[4];
        ShouldFail(AlgorithmError.MismatchedSizes, () => model.FoldInUser([1, 2], [1f], factors));
        ShouldFail(AlgorithmError.MismatchedSizes, () => model.FoldInUser([1], [1f], new float[3]));
        ShouldFail(AlgorithmError.IndexOutOfRange, () => model.FoldInUser([30], [1f], factors));
        ShouldFail(AlgorithmError.NotANumber, () => model.FoldInUser([1], [float.NaN], factors));
        ShouldFail(AlgorithmError.InfiniteWeight, () => model.FoldInUser([1], [float.PositiveInfinity], factors));
        ShouldFail(AlgorithmError.NegativeWeight, () => model.FoldInUser([1], [-1f], factors));
    }

    [Fact]
    public void Calls_outside_the_model_are_named_errors()
    {
        var log = AlsCases.Log();
        var model = AlsModel.Fit(log, Small);
        ShouldFail(AlgorithmError.IndexOutOfRange, () => model.Recommend([40], new RecommendOptions()));
        ShouldFail(AlgorithmError.InvalidSetting, () => model.Recommend([0], new RecommendOptions { K = 0 }));
        ShouldFail(AlgorithmError.InvalidSetting, () => model.Recommend([0], new RecommendOptions { ThreadCount = -1 }));
        ShouldFail(
            AlgorithmError.MismatchedSizes, () => model.Recommend([0], new RecommendOptions { Denied = new ItemSet(5, [1]) }));
        ShouldFail(AlgorithmError.IndexOutOfRange, () => model.SimilarItems([-1], 5));
        ShouldFail(AlgorithmError.InvalidSetting, () => model.SimilarItems([0], 0));
        ShouldFail(AlgorithmError.IndexOutOfRange, () => model.Explain(0, 30, 5));
        ShouldFail(AlgorithmError.IndexOutOfRange, () => model.Explain(40, 0, 5));
        ShouldFail(AlgorithmError.InvalidSetting, () => model.Explain(0, 0, 0));
        ShouldFail(AlgorithmError.MismatchedSizes, () => model.Score(0, new float[3]));
        ShouldFail(AlgorithmError.MismatchedSizes, () => model.RecommendForFactors(new float[3], [], new RecommendOptions()));
        ShouldFail(AlgorithmError.IndexOutOfRange, () => new ItemSet(3, [3]));

        var stored = AlsModel.FromFactors(model.UserFactors, model.ItemFactors, Small);
        ShouldFail(AlgorithmError.MissingData, () => stored.Recommend([0], new RecommendOptions()));
        ShouldFail(AlgorithmError.MissingData, () => stored.Explain(0, 0, 5));
    }

    private static AlgorithmException ShouldFail(AlgorithmError error, Action call)
    {
        var exception = Should.Throw<AlgorithmException>(call);
        exception.Error.ShouldBe(error);
        return exception;
    }
}
