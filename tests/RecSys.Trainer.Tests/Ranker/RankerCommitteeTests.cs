using RecSys.Algorithms.Features;
using RecSys.Algorithms.Trees;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Tests.Ranker;

/// <summary>What training on few examples makes of them.</summary>
public sealed class RankerCommitteeTests
{
    private const int GroupSize = 30;

    private static readonly int Rank = RankingFeatures.All.Select(feature => feature.Name).ToList().IndexOf("user_neighbors_rank");

    private static readonly BoostingOptions Options = new(RankerObjective.Logistic, 40, 3, 0.1, 1, 10, 7, 1);

    [Fact]
    public void The_mean_of_models_with_steps_has_the_mean_margin_and_the_steps_on_top()
    {
        using var first = new RandomModel("objective=binary", 1, depth: 4, treeCount: 12, categoryCount: 40);
        using var second = new RandomModel("objective=binary", 2, depth: 5, treeCount: 7, categoryCount: 40);
        var steps = new StepFunction(1, [0.2f, 0.5f, 0.7f], [3, 2, 1, 0], [5, 1, 1, 2]);
        var mean = TreeEnsemble.MeanOf([first.Ensemble, second.Ensemble], [steps]);
        mean.TreeCount.ShouldBe(20);
        var values = first.Rows.Values;
        float[][] margins = [.. Enumerable.Range(0, 3).Select(_ => new float[first.Rows.RowCount])];
        first.Ensemble.Score(values, margins[0]);
        second.Ensemble.Score(values, margins[1]);
        mean.Score(values, margins[2]);
        var contributions = new double[6];
        for (var row = 0; row < first.Rows.RowCount; row++)
        {
            var value = values[(row * 6) + 1];
            var expected = ((margins[0][row] + margins[1][row]) / 2) + steps.Values[steps.StepOf(value)];
            margins[2][row].ShouldBe(expected, 1e-4, $"row {row}");
            if (row < 50)
            {
                var bias = mean.Explain(values.AsSpan(row * 6, 6), contributions);
                (contributions.Sum() + bias).ShouldBe(expected, 1e-4, $"row {row}");
            }
        }
    }

    [Fact]
    public void A_committee_from_a_handful_of_users_orders_new_users_as_the_one_good_source_does()
    {
        var folds = Enumerable.Range(0, 5).Select(fold => new[] { Rows(4, seed: fold) }).ToArray();
        var ranker = RankerCommittee.Train(folds, Options, CancellationToken.None);
        var rows = Rows(200, seed: 99);
        var margins = new float[rows.RowCount];
        ranker.Ensemble.Score(rows.Values, margins);
        var source = rows.Ndcg(row => -rows.Values[(row * RankingFeatures.All.Count) + Rank]).Average();
        rows.Ndcg(row => margins[row]).Average().ShouldBeGreaterThan(source - 0.03);
    }

    [Fact]
    public void A_blend_orders_by_the_sources_that_are_good_and_tells_how_likely_a_candidate_is()
    {
        var rows = SourceBlend.Fit([Rows(100, seed: 3)]).Start(Rows(100, seed: 4));
        var margins = rows.Start!;
        var source = rows.Ndcg(row => -rows.Values[(row * RankingFeatures.All.Count) + Rank]).Average();
        rows.Ndcg(row => margins[row]).Average().ShouldBe(source, 1e-6);
        margins.Average(margin => 1 / (1 + MathF.Exp(-margin))).ShouldBe(rows.Labels.Average(), 0.02f);
    }

    [Fact]
    public void A_model_whose_trees_start_from_a_blend_gives_the_blend_and_the_trees_together()
    {
        var folds = Enumerable.Range(0, 2).Select(fold => Rows(30, seed: fold)).ToArray();
        var ranker = RankerCommittee.Train([.. folds.Select(fold => new[] { fold })], Options with { Trees = 1, LearningRate = 0.3 }, CancellationToken.None);
        var blend = SourceBlend.Fit(folds);
        ranker.Ensemble.TreeCount.ShouldBe(2 + blend.Steps.Count);
        var (margins, start) = (new float[folds[0].RowCount], blend.Start(folds[0]).Start!);
        ranker.Ensemble.Score(folds[0].Values, margins);

        // One tree of a tenth of a step moves no margin far from where it starts.
        margins.Zip(start, (own, before) => Math.Abs(own - before)).Max().ShouldBeInRange(1e-6f, 1);
    }

    [Theory]
    [InlineData(0.5, 2)]
    [InlineData(-3, 0.01)]
    public void A_logistic_line_is_found_again(double intercept, double slope)
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 50_000).Select(_ => random.NextDouble() * 4 / slope).ToArray();
        var labels = Array.ConvertAll(values, value => random.NextDouble() < 1 / (1 + Math.Exp(-(intercept + (slope * value)))) ? 1f : 0f);
        var line = LogisticLine.Fit(values, labels);
        line.Intercept.ShouldBe(intercept, 0.1);
        line.Slope.ShouldBe(slope, Math.Abs(slope) / 10);
    }

    [Fact]
    public void A_logistic_line_is_finite_where_values_tell_labels_apart_or_say_nothing()
    {
        var line = LogisticLine.Fit([0, 0, 1, 1], [0, 0, 1, 1]);
        line.Slope.ShouldBeInRange(1, 1_000);
        LogisticLine.Fit([0, 0, 0, 0], [0, 0, 1, 0]).Intercept.ShouldBe(Math.Log(1.0 / 3), 0.01);
        LogisticLine.Fit([], []).ShouldBe((0, 0));
    }

    // One source knows: the candidate at rank r comes true with a probability that falls with r. All else is noise or missing.
    private static LabelledRows Rows(int groups, int seed)
    {
        var random = new Random(seed);
        var width = RankingFeatures.All.Count;
        var (values, labels) = (new float[groups * GroupSize * width], new float[groups * GroupSize]);
        Array.Fill(values, float.NaN);
        for (var row = 0; row < labels.Length; row++)
        {
            var rank = (row % GroupSize) + 1;
            values[(row * width) + Rank] = rank;
            values[(row * width) + width - 2] = random.Next(7);
            values[(row * width) + width - 3] = random.Next(24);
            labels[row] = rank == 1 || random.NextDouble() < 1.0 / (1 + rank) ? 1 : 0;
        }

        return new LabelledRows(values, labels, [.. Enumerable.Repeat(GroupSize, groups)]);
    }
}
