using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Hybrid;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Tests.Hybrid;

public sealed class HybridModelTests
{
    private const float None = float.NegativeInfinity;

    private static readonly SparseMatrix Train = SparseMatrix.FromTriples(2, 4, [0, 1], [0, 1], [1, 1]);

    [Fact]
    public void Rows_are_scaled_to_unit_deviation_and_added_with_their_weights()
    {
        // Deviations are 1 and 20 around means 1 and 20.
        var hybrid = new HybridModel(Train, [
            new HybridComponent(new FixedScores([0, 2, 0, 2]), 1),
            new HybridComponent(new FixedScores([0, 0, 40, 40]), 0.5f),
        ]);
        var scores = new float[4];

        hybrid.Score(0, scores);

        scores.ShouldBe([0, 2, 1, 3], 1e-6);
    }

    [Fact]
    public void An_item_without_a_score_counts_as_0_and_one_that_nobody_scores_stays_without()
    {
        var hybrid = new HybridModel(Train, [
            new HybridComponent(new FixedScores([None, 2, None, 2]), 1),
            new HybridComponent(new FixedScores([None, None, 40, 40]), 0.5f),
        ]);
        var scores = new float[4];

        hybrid.Score(1, scores);

        scores.ShouldBe([None, 2, 1, 3]);
    }

    [Fact]
    public void A_row_that_distinguishes_nothing_adds_nothing()
    {
        var hybrid = new HybridModel(Train, [
            new HybridComponent(new FixedScores([0.1f, 0.1f, 0.1f, 0.1f]), 5),
            new HybridComponent(new FixedScores([0, 2, 0, 2]), 1),
        ]);
        var scores = new float[4];

        hybrid.Score(0, scores);

        scores.ShouldBe([0, 2, 0, 2], 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(513)]
    [InlineData(3000)]
    public void Deviation_and_sum_equal_their_scalar_definitions_at_any_length(int length)
    {
        var random = new Random(length);
        var row = Enumerable.Range(0, length).Select(_ => random.Next(5) == 0 ? None : 10 + random.NextSingle()).ToArray();
        var target = Enumerable.Range(0, length).Select(_ => random.Next(3) == 0 ? None : random.NextSingle()).ToArray();
        var values = row.Select(v => v == None ? 0.0 : v).ToArray();
        var variance = values.Average(v => v * v) - Math.Pow(values.Average(), 2);
        var expected = row.Zip(target, (r, t) => r == None ? t : (t == None ? 0 : t) + (2 * r)).ToArray();

        ScoreRow.InverseDeviation(row).ShouldBe(variance > 1e-9 ? (float)(1 / Math.Sqrt(variance)) : 0, 1e-4f);
        ScoreRow.AddScaled(row, 2, target);

        for (var i = 0; i < length; i++)
        {
            (target[i] == None).ShouldBe(expected[i] == None);
            (target[i] == None || Math.Abs(target[i] - expected[i]) < 1e-5f).ShouldBeTrue();
        }
    }

    [Fact]
    public void Bad_components_are_named_errors()
    {
        var model = new FixedScores(new float[4]);
        Error(() => new HybridModel(Train, [])).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => new HybridModel(Train, [new HybridComponent(model, 0)])).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => new HybridModel(Train, [new HybridComponent(model, -1)])).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => new HybridModel(Train, [new HybridComponent(model, float.NaN)])).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => new HybridModel(Train, [new HybridComponent(new FixedScores(new float[5]), 1)])).ShouldBe(AlgorithmError.MismatchedSizes);
    }

    [Fact]
    public void A_blend_finds_the_model_that_knows_and_is_no_worse_than_it()
    {
        var random = new Random(3);
        var (train, validation) = Blocks(random);
        var knows = RecSys.Algorithms.Neighbors.ItemNeighborModel.Fit(train);
        var guesses = new RandomScores(train.RowCount, train.ColumnCount);

        var result = BlendFitter.Fit([guesses, knows], train, validation, new BlendOptions { Metric = RecSys.Algorithms.Evaluation.Metric.Parse("ndcg@5") });

        result.Weights[1].ShouldBe(1);
        result.Weights[0].ShouldBeLessThan(1);
        result.Value.ShouldBeGreaterThanOrEqualTo(result.SingleValues.Max());
        result.SingleValues[1].ShouldBeGreaterThan(result.SingleValues[0]);
    }

    [Fact]
    public void The_users_that_a_blend_is_fitted_on_are_drawn_by_the_seed()
    {
        var (train, validation) = Blocks(new Random(3));
        var model = RecSys.Algorithms.Neighbors.ItemNeighborModel.Fit(train);

        Value(1).ShouldBe(Value(1));
        Enumerable.Range(0, 5).Select(Value).Distinct().Count().ShouldBeGreaterThan(1);

        double Value(int seed) => BlendFitter.Fit([model], train, validation, new BlendOptions { MaxUsers = 10, Seed = seed }).Value;
    }

    [Fact]
    public void A_blend_can_not_be_fitted_to_what_is_no_mean_over_users()
    {
        var (train, validation) = Blocks(new Random(3));
        var model = RecSys.Algorithms.Neighbors.ItemNeighborModel.Fit(train);
        foreach (var metric in new[] { "epr", "coverage@10", "recall-micro@10" })
        {
            Error(() => BlendFitter.Fit([model], train, validation, new BlendOptions { Metric = RecSys.Algorithms.Evaluation.Metric.Parse(metric) }))
                .ShouldBe(AlgorithmError.InvalidSetting);
        }

        Error(() => BlendFitter.Fit([], train, validation)).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => BlendFitter.Fit([model], train, train)).ShouldBe(AlgorithmError.EmptyMatrix);
    }

    /// <summary>Users and items in 6 groups; users hear most items of their own group, some of them only in validation.</summary>
    internal static (SparseMatrix Train, SparseMatrix Validation) Blocks(Random random, int users = 180, int items = 120)
    {
        List<(int User, int Item)>[] sides = [[], []];
        for (var user = 0; user < users; user++)
        {
            for (var item = 0; item < items; item++)
            {
                if (random.NextDouble() < (user % 6 == item % 6 ? 0.7 : 0.03))
                {
                    sides[random.Next(4) == 0 ? 1 : 0].Add((user, item));
                }
            }
        }

        return (Matrix(sides[0]), Matrix(sides[1]));

        SparseMatrix Matrix(List<(int User, int Item)> cells) => SparseMatrix.FromTriples(
            users, items, [.. cells.Select(c => c.User)], [.. cells.Select(c => c.Item)], [.. cells.Select(c => 1f + (c.Item % 3))]);
    }

    private static AlgorithmError Error(Action action) => Should.Throw<AlgorithmException>(action).Error;

    private sealed class FixedScores(float[] scores) : IRecommender
    {
        public string Name => "fixed";

        public int UserCount => 2;

        public int ItemCount => scores.Length;

        public void Score(int userIndex, Span<float> target) => scores.CopyTo(target);

        public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default) =>
            DenseRanking.Recommend(this, Train, userIndices, options, cancellationToken);
    }

    private sealed class RandomScores(int users, int items) : IRecommender
    {
        public string Name => "random";

        public int UserCount => users;

        public int ItemCount => items;

        public void Score(int userIndex, Span<float> target)
        {
            var random = new Random(userIndex);
            foreach (ref var score in target)
            {
                score = random.NextSingle();
            }
        }

        public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default) =>
            DenseRanking.Recommend(this, null, userIndices, options with { ExcludeSeen = false }, cancellationToken);
    }
}
