using RecSys.Algorithms.Evaluation;

namespace RecSys.Algorithms.Tests.Evaluation;

/// <summary>One list, done by hand: items 7, 3, 9, 1, 4 are recommended; 3, 4, 5 and 8 are relevant.</summary>
public sealed class RankingMetricsTests
{
    private const int Relevant = 4;
    private static readonly int[] Recommended = [7, 3, 9, 1, 4];
    private static readonly bool[] Hits = [false, true, false, false, true];

    [Fact]
    public void Hits_are_the_recommended_items_that_are_relevant()
    {
        var hits = new bool[5];
        RankingMetrics.MarkHits(Recommended, [3, 4, 5, 8], hits);
        hits.ShouldBe(Hits);
    }

    [Fact]
    public void Recall_divides_hits_by_relevant_items()
    {
        RankingMetrics.Recall(Hits, Relevant, 5).ShouldBe(2.0 / 4);
        RankingMetrics.Recall(Hits, Relevant, 4).ShouldBe(1.0 / 4);
    }

    [Fact]
    public void Precision_divides_hits_by_k_even_when_the_list_is_shorter()
    {
        RankingMetrics.Precision(Hits, 5).ShouldBe(2.0 / 5);
        RankingMetrics.Precision(Hits, 10).ShouldBe(2.0 / 10);
    }

    [Fact]
    public void Average_precision_sums_precision_at_hits_and_divides_by_what_was_possible()
    {
        RankingMetrics.AveragePrecision(Hits, Relevant, 5).ShouldBe(((1.0 / 2) + (2.0 / 5)) / 4, 1e-12);
        RankingMetrics.AveragePrecision(Hits, Relevant, 2).ShouldBe(1.0 / 2 / 2, 1e-12);
    }

    [Fact]
    public void Ndcg_compares_discounted_hits_with_the_ideal_list()
    {
        var gain = (1 / Math.Log2(3)) + (1 / Math.Log2(6));
        var ideal = 1 + (1 / Math.Log2(3)) + (1 / Math.Log2(4)) + (1 / Math.Log2(5));
        RankingMetrics.Ndcg(Hits, Relevant, 5).ShouldBe(gain / ideal, 1e-12);
        RankingMetrics.Ndcg(Hits, Relevant, 2).ShouldBe(1 / Math.Log2(3) / (1 + (1 / Math.Log2(3))), 1e-12);
    }

    [Fact]
    public void A_perfect_list_reaches_1()
    {
        bool[] hits = [true, true, false];
        RankingMetrics.Recall(hits, 2, 3).ShouldBe(1);
        RankingMetrics.AveragePrecision(hits, 2, 3).ShouldBe(1);
        RankingMetrics.Ndcg(hits, 2, 3).ShouldBe(1);
        RankingMetrics.ReciprocalRank(hits, 3).ShouldBe(1);
    }

    [Fact]
    public void Hit_rate_and_reciprocal_rank_look_at_the_first_hit()
    {
        RankingMetrics.HitRate(Hits, 1).ShouldBe(0);
        RankingMetrics.HitRate(Hits, 2).ShouldBe(1);
        RankingMetrics.ReciprocalRank(Hits, 1).ShouldBe(0);
        RankingMetrics.ReciprocalRank(Hits, 5).ShouldBe(1.0 / 2);
    }

    [Fact]
    public void Novelty_is_the_share_of_items_that_are_not_in_train()
    {
        RankingMetrics.Novelty(Recommended, [1, 7], 5).ShouldBe(3.0 / 5);
        RankingMetrics.Novelty(Recommended, [1, 7], 2).ShouldBe(1.0 / 2);
        RankingMetrics.Novelty([], [1, 7], 2).ShouldBe(0);
    }

    [Fact]
    public void Percentile_rank_runs_from_0_for_the_first_to_100_for_the_last()
    {
        RankingMetrics.PercentileRank(0, 11).ShouldBe(0);
        RankingMetrics.PercentileRank(5, 11).ShouldBe(50);
        RankingMetrics.PercentileRank(10, 11).ShouldBe(100);
        RankingMetrics.PercentileRank(0, 1).ShouldBe(0);
    }

    [Fact]
    public void An_empty_list_has_no_hits()
    {
        RankingMetrics.Recall([], Relevant, 5).ShouldBe(0);
        RankingMetrics.AveragePrecision([], Relevant, 5).ShouldBe(0);
        RankingMetrics.Ndcg([], Relevant, 5).ShouldBe(0);
        RankingMetrics.HitRate([], 5).ShouldBe(0);
        RankingMetrics.ReciprocalRank([], 5).ShouldBe(0);
    }
}
