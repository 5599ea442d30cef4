using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.Tests.Candidates;

public sealed class CandidateFinderTests
{
    private const int Users = 150;
    private const int Items = 2_000;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(CandidateFinder.MaxProfiles)]
    public void Users_who_are_searched_for_together_get_what_each_gets_alone(int together)
    {
        var heard = Random();
        var als = AlsModel.Fit(heard, new AlsOptions { FactorCount = 24, Iterations = 4, Regularization = 5 });
        var finder = Finder(heard, als);
        var profiles = Enumerable.Range(20, together).Select(user => Profile(heard, user)).ToArray();

        foreach (var count in new[] { 1, 10, 300 })
        {
            var found = finder.Retrieve(profiles, heard, count);

            for (var i = 0; i < profiles.Length; i++)
            {
                var expected = finder.Retrieve(profiles[i], new ItemSet(Items, heard.RowColumns(profiles[i].UserIndex)), count);
                found[i].Select(list => list.Source).ShouldBe(expected.Select(list => list.Source));
                for (var source = 0; source < expected.Count; source++)
                {
                    found[i][source].Hits.ShouldBe(expected[source].Hits);
                }
            }
        }
    }

    [Fact]
    public void Items_that_score_the_same_are_found_in_the_same_order_together_and_alone()
    {
        // Fifty copies of each of forty items: more equal scores at the end of a list than a search has items to spare.
        var random = new Random(4);
        var kinds = Enumerable.Range(0, 40).Select(_ => Enumerable.Range(0, 8).Select(_ => (float)random.NextDouble()).ToArray()).ToArray();
        var items = FactorMatrix.FromRows(Items, 8, Enumerable.Range(0, Items).SelectMany(item => kinds[item % 40]).ToArray());
        var users = FactorMatrix.FromRows(Users, 8, Enumerable.Range(0, Users * 8).Select(_ => (float)random.NextDouble()).ToArray());
        var heard = Random();
        var finder = Finder(heard, AlsModel.FromFactors(users, items, new AlsOptions()));
        var profiles = Enumerable.Range(0, 60).Select(user => Profile(heard, user)).ToArray();

        var found = finder.Retrieve(profiles, heard, 120, [SourceKind.Als, SourceKind.Similar]);

        for (var i = 0; i < profiles.Length; i++)
        {
            var expected = finder.Retrieve(profiles[i], new ItemSet(Items, heard.RowColumns(i)), 120, [SourceKind.Als, SourceKind.Similar]);
            found[i].Select(list => list.Hits.ToArray()).ShouldBe(expected.Select(list => list.Hits.ToArray()));
        }
    }

    [Fact]
    public void What_follows_the_last_track_counts_twice_what_follows_the_one_before()
    {
        // 0 was heard last and leads to 2; 1 leads to 2 and, more strongly, to 3.
        var next = new LinkTable([0, 1, 3, 3, 3], [2, 3, 2], [0.5f, 0.8f, 0.2f], 4);
        var finder = new CandidateFinder(new RetrievalModels { ItemCount = 4, Next = next }, new RetrievalOptions());
        var profile = new ListenerProfile { UserIndex = -1, Items = [0, 1], Plays = [1, 1], RecentItems = [0, 1] };

        var list = finder.Retrieve(profile, new ItemSet(4, [0, 1]), 10).ShouldHaveSingleItem();

        list.Hits.Select(hit => (hit.ItemIndex, Math.Round(hit.Score, 5), hit.BecauseItemIndex)).ShouldBe([(2, 0.6, 0), (3, 0.4, 1)]);
    }

    [Fact]
    public void Users_with_news_are_not_searched_for_together()
    {
        var heard = Random();
        var finder = Finder(heard, AlsModel.Fit(heard, new AlsOptions { FactorCount = 8, Iterations = 1 }));
        var profile = new ListenerProfile { UserIndex = 3, Items = [1], Plays = [1], RecentItems = [1], HasNews = true };

        Should.Throw<ArgumentException>(() => finder.Retrieve([profile], heard, 10));
    }

    private static CandidateFinder Finder(SparseMatrix heard, AlsModel als)
    {
        var listeners = Enumerable.Range(0, Items).Select(item => heard.Transpose().RowLength(item)).ToArray();
        return new CandidateFinder(
            new RetrievalModels
            {
                ItemCount = Items,
                Als = als,
                Similarity = new SimilarityIndex(als, listeners, shrinkage: 10),
                Popular = PopularityOrder.From([], listeners),
                ItemNeighbors = LinkTable.FromNeighbors(ItemNeighborModel.Fit(heard, new ItemNeighborOptions { NeighborCount = 20 }).Neighbors, 20, Items),
            },
            new RetrievalOptions());
    }

    private static ListenerProfile Profile(SparseMatrix heard, int user) => new()
    {
        UserIndex = user,
        Items = heard.RowColumns(user).ToArray(),
        Plays = heard.RowValues(user).ToArray(),
        RecentItems = [.. heard.RowColumns(user).ToArray().Reverse()],
    };

    // Some users have heard nothing.
    private static SparseMatrix Random()
    {
        var random = new Random(9);
        var cells = Enumerable.Range(0, 6_000)
            .Select(_ => (User: random.Next(Users - 1), Item: (int)(Items * Math.Pow(random.NextDouble(), 2))))
            .Where(cell => cell.User % 11 != 0)
            .ToArray();
        return SparseMatrix.FromTriples(
            Users, Items, [.. cells.Select(cell => cell.User)], [.. cells.Select(cell => cell.Item)], [.. cells.Select(_ => 1f)]);
    }
}
