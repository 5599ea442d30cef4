using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Tests.Evaluation;

/// <summary>
/// Three users, five items, done by hand. Scores rank items 0, 1, 2, 3, 4 for everybody.
/// User 0: train {0}, test {1, 4}; list 1, 2, 3, 4. User 1: train {1, 2, 3}, test {0}; list 0, 4. User 2: train {4}, no test.
/// </summary>
public sealed class EvaluatorTests
{
    private static readonly SparseMatrix Train = SparseMatrix.FromTriples(3, 5, [0, 1, 1, 1, 2], [0, 1, 2, 3, 4], [1, 1, 1, 1, 1]);
    private static readonly SparseMatrix Test = SparseMatrix.FromTriples(3, 5, [0, 0, 1], [1, 4, 0], [1, 1, 1]);

    [Theory]
    [InlineData("recall@2", (0.5 + 1) / 2)]
    [InlineData("recall-micro@2", 2.0 / 3)]
    [InlineData("precision@2", (0.5 + 0.5) / 2)]
    [InlineData("map@2", (0.5 + 1) / 2)]
    [InlineData("hit-rate@1", 1)]
    [InlineData("mrr@2", 1)]
    [InlineData("mrr", 1)]
    [InlineData("epr", (0 + 100 + 0) / 3.0)]
    [InlineData("epr-catalogue", (0 + 75 + 0) / 3.0)]
    [InlineData("epr-mid-rank", (0 + 100 + 0) / 3.0)]
    [InlineData("coverage@2", 4.0 / 5)]
    [InlineData("coverage@1", 2.0 / 5)]
    [InlineData("coverage-per-user@2", 4.0 / 3)]
    [InlineData("novelty@2", 1)]
    [InlineData("average-popularity@2", 1)]
    public void New_items_are_measured_as_by_hand(string metric, double expected)
    {
        var result = Evaluator.Evaluate(new FixedRanking(Train), Train, Test, new EvaluationOptions { Metrics = [Metric.Parse(metric)] });

        result[metric].ShouldBe(expected, 1e-6);
        result.Users.ShouldBe(2);
        result.TestPairs.ShouldBe(3);
    }

    [Fact]
    public void Ndcg_is_measured_as_by_hand()
    {
        var result = Evaluator.Evaluate(new FixedRanking(Train), Train, Test, new EvaluationOptions { Metrics = Metric.ParseList("ndcg@4") });

        var first = (1 + (1 / Math.Log2(5))) / (1 + (1 / Math.Log2(3)));
        result["ndcg@4"].ShouldBe((first + 1) / 2, 1e-6);
    }

    [Fact]
    public void Asking_for_the_whole_ranking_changes_no_metric_of_the_first_positions()
    {
        var firstOnly = Metric.ParseList("recall@2,ndcg@2,map@2,coverage@2,novelty@2");

        var one = Evaluator.Evaluate(new FixedRanking(Train), Train, Test, new EvaluationOptions { Metrics = firstOnly });
        var two = Evaluator.Evaluate(
            new FixedRanking(Train), Train, Test, new EvaluationOptions { Metrics = [.. firstOnly, Metric.Parse("epr")] });

        two.Metrics.Take(firstOnly.Count).ShouldBe(one.Metrics);
    }

    [Theory]
    [InlineData("recall@2", 1.0 / 3)]
    [InlineData("novelty@2", (0.5 + 0.5 + 1) / 3)]
    [InlineData("epr", (0 + 25 + 100 + 0 + 25) / 5.0)]
    public void Repeats_are_recommended_and_counted_when_asked_for(string metric, double expected)
    {
        // User 0 also hears 0 again, and user 1 hears 1 again. All lists begin 0, 1.
        var test = SparseMatrix.FromTriples(3, 5, [0, 0, 0, 1, 1], [0, 1, 4, 0, 1], [1, 1, 1, 1, 1]);
        var options = new EvaluationOptions { Metrics = [Metric.Parse(metric)], NewOnly = false };

        var result = Evaluator.Evaluate(new FixedRanking(Train), Train, test, options);

        result.TestPairs.ShouldBe(5);
        result[metric].ShouldBe(metric == "recall@2" ? ((2.0 / 3) + 1) / 2 : expected, 1e-6);
    }

    [Fact]
    public void Test_pairs_that_are_in_train_do_not_count_when_only_new_ones_do()
    {
        var test = SparseMatrix.FromTriples(3, 5, [0, 0, 1], [0, 1, 1], [1, 1, 1]);

        var result = Evaluator.Evaluate(new FixedRanking(Train), Train, test, new EvaluationOptions { Metrics = Metric.ParseList("recall@1") });

        result.Users.ShouldBe(1);
        result.TestPairs.ShouldBe(1);
        result["recall@1"].ShouldBe(1);
    }

    [Fact]
    public void Groups_by_activity_hold_users_of_similar_train_size_and_average_to_the_whole()
    {
        var random = new Random(5);
        var (train, test) = RandomData(random, users: 300, items: 50);
        var options = new EvaluationOptions { Metrics = Metric.ParseList("recall@5,recall-micro@5,coverage@5"), ActivityGroups = 4 };

        var result = Evaluator.Evaluate(new FixedRanking(train), train, test, options);

        result.ActivityGroups.Count.ShouldBe(4);
        result.ActivityGroups.Sum(g => g.Users).ShouldBe(result.Users);
        result.ActivityGroups.Sum(g => g.Users * g.Metrics[0].Value).ShouldBe(result.Users * result["recall@5"], 1e-3);
        foreach (var (group, next) in result.ActivityGroups.Zip(result.ActivityGroups.Skip(1)))
        {
            group.MaxTrainItems.ShouldBeLessThan(next.MinTrainItems);
        }
    }

    [Fact]
    public void Intervals_enclose_their_value_and_coverage_has_none()
    {
        var (train, test) = RandomData(new Random(6), users: 200, items: 50);
        var options = new EvaluationOptions { Metrics = Metric.ParseList("recall@5,ndcg@5,epr,coverage@5"), BootstrapSamples = 200 };

        var result = Evaluator.Evaluate(new FixedRanking(train), train, test, options);

        foreach (var value in result.Metrics.Take(3))
        {
            value.Interval!.Value.Low.ShouldBeLessThan(value.Value);
            value.Interval!.Value.High.ShouldBeGreaterThan(value.Value);
        }

        result.Metrics[3].Interval.ShouldBeNull();
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_digit()
    {
        var (train, test) = RandomData(new Random(7), users: 500, items: 80);
        var options = new EvaluationOptions { Metrics = Metric.ParseList("recall@5,ndcg@5,epr,coverage@5"), BootstrapSamples = 50 };

        var one = Evaluator.Evaluate(new FixedRanking(train), train, test, options with { ThreadCount = 1 });
        var four = Evaluator.Evaluate(new FixedRanking(train), train, test, options with { ThreadCount = 4 });

        four.Metrics.ShouldBe(one.Metrics);
    }

    [Fact]
    public void What_can_not_be_measured_is_a_named_error()
    {
        var model = new FixedRanking(Train);
        var nothingNew = SparseMatrix.FromTriples(3, 5, [0], [0], [1]);
        var otherSize = SparseMatrix.FromTriples(3, 6, [0], [0], [1]);

        Should.Throw<AlgorithmException>(() => Evaluator.Evaluate(model, Train, nothingNew)).Error.ShouldBe(AlgorithmError.EmptyMatrix);
        Should.Throw<AlgorithmException>(() => Evaluator.Evaluate(model, Train, otherSize)).Error.ShouldBe(AlgorithmError.MismatchedSizes);
        Should.Throw<AlgorithmException>(() => Evaluator.Evaluate(model, Train, Test, new EvaluationOptions { Metrics = [] }))
            .Error.ShouldBe(AlgorithmError.InvalidSetting);
        Should.Throw<AlgorithmException>(() => Evaluator.Evaluate(model, Train, Test, new EvaluationOptions { BootstrapSamples = 1 }))
            .Error.ShouldBe(AlgorithmError.InvalidSetting);
    }

    [Fact]
    public void A_model_that_tells_nothing_apart_is_as_good_as_chance()
    {
        // All scores are equal and the withheld items have the lowest indices: breaking ties by index calls this the best of models.
        var train = SparseMatrix.FromTriples(2, 6, [0, 1], [5, 5], [1, 1]);
        var test = SparseMatrix.FromTriples(2, 6, [0, 0, 1], [0, 1, 0], [1, 1, 1]);

        var result = Evaluator.Evaluate(
            new FixedRanking(train, isFlat: true), train, test, new EvaluationOptions { Metrics = Metric.ParseList("epr,epr-mid-rank") });

        result["epr-mid-rank"].ShouldBe(50);
        result["epr"].ShouldBe((0 + 25 + 0) / 3.0, 1e-5);
    }

    [Fact]
    public void An_item_without_a_score_ranks_last_but_still_counts()
    {
        var model = new FixedRanking(Train, withoutScore: 1);
        var result = Evaluator.Evaluate(model, Train, Test, new EvaluationOptions { Metrics = Metric.ParseList("epr,recall@5") });

        // User 0 ranks 2, 3, 4, 1: item 4 is third, item 1 fourth and not recommended.
        result["epr"].ShouldBe((100 + (200 / 3.0) + 0) / 3, 1e-4);
        result["recall@5"].ShouldBe((0.5 + 1) / 2);
    }

    private static (SparseMatrix Train, SparseMatrix Test) RandomData(Random random, int users, int items)
    {
        List<int>[] rows = [[], []];
        List<int>[] columns = [[], []];
        for (var user = 0; user < users; user++)
        {
            for (var item = 0; item < items; item++)
            {
                if (random.Next(items) < 4 + (user % 20))
                {
                    var side = random.Next(4) == 0 ? 1 : 0;
                    rows[side].Add(user);
                    columns[side].Add(item);
                }
            }
        }

        return (Matrix(0), Matrix(1));

        SparseMatrix Matrix(int side) => SparseMatrix.FromTriples(
            users, items, rows[side].ToArray(), columns[side].ToArray(), Enumerable.Repeat(1f, rows[side].Count).ToArray());
    }

    private sealed class FixedRanking(SparseMatrix train, int withoutScore = -1, bool isFlat = false) : IRecommender
    {
        public string Name => "fixed";

        public int UserCount => train.RowCount;

        public int ItemCount => train.ColumnCount;

        public void Score(int userIndex, Span<float> scores)
        {
            for (var item = 0; item < scores.Length; item++)
            {
                scores[item] = item == withoutScore ? float.NegativeInfinity : isFlat ? 1 : -item;
            }
        }

        public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default) =>
            DenseRanking.Recommend(this, train, userIndices, options, cancellationToken);
    }
}
