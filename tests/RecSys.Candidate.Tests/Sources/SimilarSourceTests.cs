using RecSys.Algorithms;
using RecSys.Candidate.Sources;

namespace RecSys.Candidate.Tests.Sources;

public sealed class SimilarSourceTests
{
    private const int ItemCount = 10;

    [Fact]
    public void Scores_add_up_over_seeds_and_halve_with_their_age()
    {
        // Half-life 1: weights 1 and 1/2. Item 5: 0.4 + 0.8 / 2; item 6: 0.7; item 7: 0.9 / 2.
        var list = Retrieve([0, 1], [[new(5, 0.4f), new(6, 0.7f)], [new(5, 0.8f), new(7, 0.9f)]], denied: []);

        list.Hits.Select(hit => hit.ItemIndex).ShouldBe([5, 6, 7]);
        list.Hits[0].Score.ShouldBe(0.8, tolerance: 1e-6);
        list.Hits[1].Score.ShouldBe(0.7, tolerance: 1e-6);
        list.Hits[2].Score.ShouldBe(0.45, tolerance: 1e-6);
    }

    [Fact]
    public void The_seed_that_added_most_is_the_reason()
    {
        var list = Retrieve([0, 1], [[new(5, 0.3f), new(6, 0.3f)], [new(5, 0.9f), new(6, 0.4f)]], denied: []);

        list.Hits.Single(hit => hit.ItemIndex == 5).BecauseItemIndex.ShouldBe(1); // 0.3 < 0.9 / 2
        list.Hits.Single(hit => hit.ItemIndex == 6).BecauseItemIndex.ShouldBe(0); // 0.3 > 0.4 / 2
    }

    [Fact]
    public void Denied_and_dissimilar_items_do_not_come()
    {
        var list = Retrieve([0], [[new(5, 0.9f), new(6, 0.5f), new(7, 0), new(8, -0.5f)]], denied: [5]);

        list.Hits.Select(hit => hit.ItemIndex).ShouldBe([6]);
    }

    [Fact]
    public void Equal_scores_go_by_item_index()
    {
        var list = Retrieve([0], [[new(9, 0.5f), new(3, 0.5f), new(6, 0.5f)]], denied: []);

        list.Hits.Select(hit => hit.ItemIndex).ShouldBe([3, 6, 9]);
    }

    private static SourceList Retrieve(int[] seeds, ScoredItem[][] neighbors, int[] denied) =>
        SimilarSource.Retrieve(seeds, neighbors, halfLife: 1, new ItemSet(ItemCount, denied), count: 5);
}
