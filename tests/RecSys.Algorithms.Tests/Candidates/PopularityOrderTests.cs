using RecSys.Algorithms.Candidates;

namespace RecSys.Algorithms.Tests.Candidates;

public sealed class PopularityOrderTests
{
    [Fact]
    public void The_published_list_comes_first_and_the_rest_follows_by_listeners()
    {
        var popular = PopularityOrder.From([(2, 50), (0, 40)], [3, 7, 1, 7, 9]);

        Items(popular).ShouldBe([(2, 50), (0, 40), (4, 9), (1, 7), (3, 7)]);
    }

    [Fact]
    public void Something_is_left_when_all_published_tracks_are_denied()
    {
        var popular = PopularityOrder.From([(0, 5), (1, 4)], [5, 4, 3, 2]);

        var list = PopularSource.Retrieve(popular, new ItemSet(4, [0, 1, 3]), count: 10);

        list.Hits.Select(hit => (hit.ItemIndex, hit.Score)).ShouldBe([(2, 3.0)]);
    }

    [Fact]
    public void A_track_that_is_published_twice_counts_once() =>
        Items(PopularityOrder.From([(1, 5), (1, 4)], [1, 5])).ShouldBe([(1, 5), (0, 1)]);

    private static IEnumerable<(int, long)> Items(PopularityOrder popular) =>
        Enumerable.Range(0, popular.Count).Select(place => (popular.ItemAt(place), popular.ListenersAt(place)));
}
