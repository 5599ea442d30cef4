using RecSys.Algorithms;
using RecSys.Candidate.Models;

namespace RecSys.Candidate.Tests.Models;

public sealed class NeighborCacheTests
{
    [Fact]
    public void Each_item_is_searched_for_once_while_it_is_remembered()
    {
        var model = new CountingModel();
        var cache = new NeighborCache(model, neighborCount: 3, capacity: 10);

        var first = cache.Get([1, 2], CancellationToken.None);
        var second = cache.Get([2, 3, 1], CancellationToken.None);

        first.Select(list => list[0].ItemIndex).ShouldBe([101, 102]);
        second.Select(list => list[0].ItemIndex).ShouldBe([102, 103, 101]);
        model.Asked.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void What_is_asked_for_often_stays_and_the_rest_is_let_go_of()
    {
        var model = new CountingModel();
        var cache = new NeighborCache(model, neighborCount: 3, capacity: 4);

        for (var item = 0; item < 100; item++)
        {
            cache.Get([7, 1_000 + item], CancellationToken.None);
        }

        model.Asked.Count(item => item == 7).ShouldBe(1);
        cache.Get([1_000], CancellationToken.None);
        model.Asked.Count(item => item == 1_000).ShouldBe(2);
    }

    /// <summary>Says which items were searched for; item n's only neighbour is n + 100.</summary>
    private sealed class CountingModel : ISimilarItems
    {
        public List<int> Asked { get; } = [];

        public ScoredItem[][] SimilarItems(ReadOnlySpan<int> itemIndices, int k, CancellationToken cancellationToken = default)
        {
            Asked.AddRange(itemIndices);
            return [.. itemIndices.ToArray().Select(item => new[] { new ScoredItem(item + 100, 1) })];
        }
    }
}
