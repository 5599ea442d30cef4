using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.Candidates;

public sealed class SimilarSourceTests
{
    // Items 0 and 1 are at right angles, so an item's cosines with them are its own two factors over its length.
    private static readonly float[][] Factors = [[2, 0], [0, 5], [0.8f, 0.6f], [3, 4], [-1, 0.01f], [0, 0], [0.8f, 0.6f]];
    private static readonly int[] ManyListeners = [90, 90, 90, 90, 90, 90, 90];

    [Fact]
    public void Scores_add_up_over_seeds_and_halve_with_their_age()
    {
        // Half-life 1: weights 1 and 1/2. Items 2 and 6: 0.8 + 0.6 / 2; item 3: 0.6 + 0.8 / 2.
        var list = Retrieve([0, 1], ManyListeners, shrinkage: 0, denied: [0, 1]);

        list.Hits.Select(hit => hit.ItemIndex).ShouldBe([2, 6, 3]);
        list.Hits[0].Score.ShouldBe(1.1, tolerance: 1e-5);
        list.Hits[2].Score.ShouldBe(1.0, tolerance: 1e-5);
    }

    [Fact]
    public void The_nearest_seed_is_the_reason_however_long_ago()
    {
        // Item 2 is 0.6 from item 1 and 0.8 from item 0; item 3 the other way round.
        foreach (var seeds in new int[][] { [1, 0], [0, 1] })
        {
            var list = Retrieve(seeds, ManyListeners, shrinkage: 0, denied: [0, 1]);
            list.Hits.Single(hit => hit.ItemIndex == 2).BecauseItemIndex.ShouldBe(0);
            list.Hits.Single(hit => hit.ItemIndex == 3).BecauseItemIndex.ShouldBe(1);
        }
    }

    [Fact]
    public void What_few_have_heard_counts_less()
    {
        // Item 2: 0.8 · 10 / (10 + 10); item 6: 0.8 · 90 / (90 + 10); item 3: 0.6 · 90 / (90 + 10).
        var list = Retrieve([0], [90, 90, 10, 90, 90, 90, 90], shrinkage: 10, denied: [0]);

        list.Hits.Select(hit => hit.ItemIndex).ShouldBe([6, 3, 2]);
        list.Hits.Select(hit => Math.Round(hit.Score, 4)).ShouldBe([0.72, 0.54, 0.4]);
    }

    [Fact]
    public void Denied_and_dissimilar_items_and_items_without_factors_do_not_come()
    {
        var list = Retrieve([0], ManyListeners, shrinkage: 0, denied: [0, 2]);

        list.Hits.Select(hit => hit.ItemIndex).ShouldBe([6, 3]);
    }

    [Fact]
    public void A_seed_without_factors_or_listeners_brings_nothing() =>
        Retrieve([5], [0, 0, 0, 0, 0, 0, 0], shrinkage: 0, denied: []).Hits.ShouldBeEmpty();

    [Fact]
    public void Only_as_many_come_as_asked_for() => Retrieve([0], ManyListeners, shrinkage: 0, denied: [], count: 2).Hits.Count.ShouldBe(2);

    private static SourceList Retrieve(int[] seeds, int[] listeners, double shrinkage, int[] denied, int count = 10)
    {
        var items = FactorMatrix.FromRows(Factors.Length, 2, Factors.SelectMany(row => row).ToArray());
        var als = AlsModel.FromFactors(new FactorMatrix(0, 2), items, new AlsOptions());
        return SimilarSource.Retrieve(
            new SimilarityIndex(als, listeners, shrinkage), seeds, halfLife: 1, new ItemSet(Factors.Length, denied), count);
    }
}
