using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Tests.Neighbors;

public sealed class ItemNeighborModelTests
{
    private const int Users = 70;
    private const int Items = 300;
    private static readonly SparseMatrix Train = Random(seed: 4);

    [Theory]
    [InlineData(ItemWeighting.Counts)]
    [InlineData(ItemWeighting.Binary)]
    [InlineData(ItemWeighting.TfIdf)]
    [InlineData(ItemWeighting.Bm25)]
    public void Similarities_equal_those_of_dense_vectors(ItemWeighting weighting)
    {
        var options = new ItemNeighborOptions
        {
            Weighting = weighting,
            UserExponent = 0.7,
            ProfileExponent = 0.3,
            CandidateExponent = 0.6,
            Shrinkage = 3,
        };
        var cells = Weigh(weighting);

        var model = ItemNeighborModel.Fit(Train, options);

        for (var i = 0; i < Items; i++)
        {
            for (var j = 0; j < Items; j++)
            {
                var expected = i == j ? 0 : Similarity(cells, i, j, options);
                model.Neighbors.Similarity(i, j).ShouldBe((float)expected, 1e-5f * (float)Math.Max(1, expected));
            }
        }
    }

    [Fact]
    public void The_cosine_is_the_default()
    {
        // Items 0 and 1 are (1, 2, 0) and (2, 0, 1) over three users.
        var train = SparseMatrix.FromTriples(3, 2, [0, 1, 0, 2], [0, 0, 1, 1], [1, 2, 2, 1]);

        ItemNeighborModel.Fit(train).Neighbors.Similarity(0, 1).ShouldBe(2f / 5, 1e-6);
    }

    [Fact]
    public void Of_equally_similar_items_those_of_lower_index_are_kept()
    {
        // One user has all 200 items, so that all pairs are alike; later items have more users, and are met first by the search.
        var users = Enumerable.Repeat(0, 200).ToList();
        var items = Enumerable.Range(0, 200).ToList();
        for (var item = 0; item < 200; item++)
        {
            for (var listener = 0; listener < item; listener++)
            {
                users.Add(users.Count - 199);
                items.Add(item);
            }
        }

        var train = SparseMatrix.FromTriples(users.Count, 200, [.. users], [.. items], [.. users.Select(_ => 1f)]);

        var model = ItemNeighborModel.Fit(
            train, new ItemNeighborOptions { Weighting = ItemWeighting.Binary, ProfileExponent = 0, CandidateExponent = 0, NeighborCount = 5 });

        model.Neighbors.Neighbors(100).ToArray().ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public void The_best_neighbours_are_the_best_of_all()
    {
        var all = ItemNeighborModel.Fit(Train, new ItemNeighborOptions { Shrinkage = 3 });
        var best = ItemNeighborModel.Fit(Train, new ItemNeighborOptions { Shrinkage = 3, NeighborCount = 7 });

        for (var item = 0; item < Items; item++)
        {
            best.SimilarItems([item], 7)[0].ShouldBe(all.SimilarItems([item], 7)[0]);
            best.Neighbors.Neighbors(item).ToArray().ShouldBeInOrder();
        }
    }

    [Fact]
    public void Lists_are_the_best_of_the_scores()
    {
        var model = ItemNeighborModel.Fit(Train, new ItemNeighborOptions { NeighborCount = 20 });
        var denied = new ItemSet(Items, [1, 17, 60]);
        foreach (var options in new[] { new RecommendOptions { K = 15 }, new RecommendOptions { K = Items, ExcludeSeen = false, Denied = denied } })
        {
            var users = Enumerable.Range(0, Users).ToArray();

            model.Recommend(users, options).ShouldBe(Algorithms.TopK.DenseRanking.Recommend(model, Train, users, options));
        }
    }

    [Fact]
    public void Scores_add_up_the_similarities_of_the_profile()
    {
        var model = ItemNeighborModel.Fit(Train);
        var scores = new float[Items];

        model.Score(5, scores);

        for (var item = 0; item < Items; item++)
        {
            var expected = Train.RowColumns(5).ToArray().Sum(other => model.Neighbors.Similarity(other, item));
            (expected == 0 ? scores[item] == float.NegativeInfinity : Math.Abs(scores[item] - expected) < 1e-5).ShouldBeTrue();
        }
    }

    [Fact]
    public void Only_the_best_neighbours_are_kept_when_asked_for()
    {
        var all = ItemNeighborModel.Fit(Train).Neighbors;
        var few = ItemNeighborModel.Fit(Train, new ItemNeighborOptions { NeighborCount = 7 }).Neighbors;

        for (var item = 0; item < Items; item++)
        {
            var best = all.Neighbors(item).ToArray().Zip(all.Similarities(item).ToArray())
                .OrderByDescending(n => n.Second).ThenBy(n => n.First).Take(7).OrderBy(n => n.First).ToArray();
            few.Neighbors(item).ToArray().ShouldBe(best.Select(n => n.First));
            few.Similarities(item).ToArray().ShouldBe(best.Select(n => n.Second));
        }
    }

    [Fact]
    public void More_neighbours_than_the_memory_limit_are_an_error_that_says_what_to_do()
    {
        var error = Should.Throw<AlgorithmException>(
            () => ItemNeighborModel.Fit(Train, new ItemNeighborOptions { MemoryLimitBytes = 1000 }));

        error.Error.ShouldBe(AlgorithmError.TooLarge);
        error.Message.ShouldContain("NeighborCount");
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        ItemNeighborOptions[] wrong =
        [
            new() { UserExponent = -1 },
            new() { ProfileExponent = 3 },
            new() { CandidateExponent = double.NaN },
            new() { Shrinkage = -1 },
            new() { NeighborCount = -1 },
            new() { Bm25K1 = 0 },
            new() { Bm25B = 2 },
            new() { ThreadCount = -1 },
            new() { MemoryLimitBytes = 0 },
            new() { Weighting = (ItemWeighting)99 },
        ];
        foreach (var options in wrong)
        {
            Should.Throw<AlgorithmException>(() => ItemNeighborModel.Fit(Train, options)).Error.ShouldBe(AlgorithmError.InvalidSetting);
        }
    }

    private static double Similarity(double[,] cells, int i, int j, ItemNeighborOptions options)
    {
        double dot = 0;
        double left = 0;
        double right = 0;
        var common = 0;
        for (var user = 0; user < Users; user++)
        {
            var count = Train.RowLength(user);
            dot += Math.Pow(Math.Max(1, count), -options.UserExponent) * cells[user, i] * cells[user, j];
            left += cells[user, i] * cells[user, i];
            right += cells[user, j] * cells[user, j];
            common += Train[user, i] > 0 && Train[user, j] > 0 ? 1 : 0;
        }

        return dot == 0
            ? 0
            : dot / Math.Pow(left, options.ProfileExponent) / Math.Pow(right, options.CandidateExponent) * common / (common + options.Shrinkage);
    }

    private static double[,] Weigh(ItemWeighting weighting)
    {
        var cells = new double[Users, Items];
        var plays = Enumerable.Range(0, Items).Select(item => Enumerable.Range(0, Users).Sum(user => (double)Train[user, item])).ToArray();
        var mean = plays.Where(p => p > 0).Average();
        for (var user = 0; user < Users; user++)
        {
            var rarity = Math.Log((double)Items / (1 + Train.RowLength(user)));
            foreach (var item in Train.RowColumns(user))
            {
                double weight = Train[user, item];
                cells[user, item] = weighting switch
                {
                    ItemWeighting.Counts => weight,
                    ItemWeighting.Binary => 1,
                    ItemWeighting.TfIdf => Math.Sqrt(weight) * rarity,
                    _ => weight * 2.2 / (weight + (1.2 * (0.25 + (0.75 * plays[item] / mean)))) * rarity,
                };
            }
        }

        return cells;
    }

    private static SparseMatrix Random(int seed)
    {
        var random = new Random(seed);
        var cells = (from user in Enumerable.Range(0, Users)
                     from item in Enumerable.Range(0, Items)
                     where random.NextDouble() < 0.05
                     select (user, item, plays: 1f + random.Next(9))).ToArray();
        return SparseMatrix.FromTriples(
            Users, Items, [.. cells.Select(c => c.user)], [.. cells.Select(c => c.item)], [.. cells.Select(c => c.plays)]);
    }
}
