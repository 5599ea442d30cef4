using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.TopK;

/// <summary>Both searches, the tiles for many users and the 8-bit scan for one, against sorting all scores.</summary>
public sealed class FactorRankingTests
{
    private const int UserCount = 90;

    public static TheoryData<int, int, int, bool> Shapes => new()
    {
        { 1, 1, 5, true },
        { 15, 7, 3, true },
        { 17, 8, 100, false },
        { 500, 33, 1, true },
        { 1000, 64, 100, true },
        { 1000, 64, 100, false },
        { 777, 130, 10, false },
        { 300, 512, 20, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Lists_hold_exactly_the_best_unseen_items(int itemCount, int factorCount, int k, bool varyingLengths)
    {
        var model = Model(itemCount, factorCount, varyingLengths, out var seen);
        var users = Enumerable.Range(0, UserCount).ToArray();

        var many = model.Recommend(users, new RecommendOptions { K = k });

        foreach (var user in users)
        {
            var expected = Sorted(model, user, item => seen[user, item] == 0).Take(k).ToArray();
            ShouldEqual(many[user], expected);
            ShouldEqual(model.Recommend([user], new RecommendOptions { K = k })[0], expected);
            ShouldEqual(
                model.RecommendForFactors(model.UserFactors.Row(user), seen.RowColumns(user).ToArray().Reverse().ToArray(), new RecommendOptions { K = k }),
                expected);
        }
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.9)]
    public void Allowed_and_denied_items_are_kept_apart(double allowedShare)
    {
        var model = Model(600, 20, true, out var seen);
        var random = new Random(1);
        var allowed = new ItemSet(600, [.. Enumerable.Range(0, 600).Where(_ => random.NextDouble() < allowedShare)]);
        var denied = new ItemSet(600, [.. Enumerable.Range(0, 600).Where(_ => random.NextDouble() < 0.3)]);
        var users = Enumerable.Range(0, UserCount).ToArray();
        var options = new RecommendOptions { K = 20, Allowed = allowed, Denied = denied };

        var many = model.Recommend(users, options);

        foreach (var user in users)
        {
            var expected = Sorted(model, user, item => seen[user, item] == 0 && allowed.Contains(item) && !denied.Contains(item))
                .Take(20)
                .ToArray();
            ShouldEqual(many[user], expected);
            ShouldEqual(model.Recommend([user], options)[0], expected);
        }
    }

    [Fact]
    public void Equal_scores_are_listed_by_item_index()
    {
        var items = new FactorMatrix(200, 3);
        var rows = new float[600];
        for (var i = 0; i < 200; i++)
        {
            rows[i * 3] = 1 + (i % 4);
            rows[(i * 3) + 1] = i % 7;
        }

        items = FactorMatrix.FromRows(200, 3, rows);
        var users = FactorMatrix.FromRows(20, 3, [.. Enumerable.Repeat(new[] { 1f, 0f, 0f }, 20).SelectMany(row => row)]);
        var model = AlsModel.FromFactors(users, items, new AlsOptions());
        var options = new RecommendOptions { K = 70, ExcludeSeen = false };
        var expected = Enumerable.Range(0, 200).OrderByDescending(i => i % 4).ThenBy(i => i).Take(70).ToArray();

        model.Recommend([0], options)[0].Select(item => item.ItemIndex).ShouldBe(expected);
        foreach (var list in model.Recommend([.. Enumerable.Range(0, 20)], options))
        {
            list.Select(item => item.ItemIndex).ShouldBe(expected);
        }
    }

    [Fact]
    public void Block_scores_equal_single_scores()
    {
        var model = Model(333, 40, true, out _);
        var users = Enumerable.Range(3, 37).ToArray();
        var block = new float[users.Length * 333];
        var row = new float[333];

        model.ScoreBlock(users, block);

        for (var i = 0; i < users.Length; i++)
        {
            model.Score(users[i], row);
            block.AsSpan(i * 333, 333).ToArray().ShouldBe(row, 1e-4);
        }
    }

    [Fact]
    public void Similar_items_of_many_equal_those_of_one()
    {
        var model = Model(400, 24, true, out _);
        var items = Enumerable.Range(0, 50).ToArray();

        var many = model.SimilarItems(items, 10);

        foreach (var item in items)
        {
            ShouldEqual(model.SimilarItems([item], 10)[0], many[item]);
            many[item].Length.ShouldBe(10);
            many[item].ShouldAllBe(similar => similar.ItemIndex != item);
        }
    }

    [Fact]
    public void More_than_the_catalogue_gives_all_of_it()
    {
        var model = Model(33, 8, true, out _);

        model.Recommend([0], new RecommendOptions { K = int.MaxValue, ExcludeSeen = false })[0].Length.ShouldBe(33);
        model.SimilarItems([0], int.MaxValue)[0].Length.ShouldBe(32);
    }

    [Fact]
    public void Ranking_many_ends_when_cancelled()
    {
        var model = Model(100, 8, true, out _);
        using var source = new CancellationTokenSource();
        source.Cancel();

        Should.Throw<OperationCanceledException>(
            () => model.Recommend([.. Enumerable.Range(0, UserCount)], new RecommendOptions(), source.Token));
    }

    private static AlsModel Model(int itemCount, int factorCount, bool varyingLengths, out SparseMatrix seen)
    {
        var random = new Random(itemCount);
        var items = new float[itemCount * factorCount];
        for (var i = 0; i < items.Length; i++)
        {
            var length = varyingLengths ? MathF.Pow(1 + (i / factorCount), -0.5f) : 1;
            items[i] = length * ((float)random.NextDouble() - 0.4f);
        }

        var users = new float[UserCount * factorCount];
        for (var i = 0; i < users.Length; i++)
        {
            users[i] = (float)random.NextDouble() - 0.4f;
        }

        var seenRows = new List<int>();
        var seenColumns = new List<int>();
        for (var i = 0; i < UserCount * Math.Min(itemCount, 30); i++)
        {
            seenRows.Add(random.Next(UserCount));
            seenColumns.Add((int)(itemCount * Math.Pow(random.NextDouble(), 2)));
        }

        var ones = new float[seenRows.Count];
        Array.Fill(ones, 1);
        seen = SparseMatrix.FromTriples(UserCount, itemCount, [.. seenRows], [.. seenColumns], ones);
        return AlsModel.FromFactors(
            FactorMatrix.FromRows(UserCount, factorCount, users),
            FactorMatrix.FromRows(itemCount, factorCount, items),
            new AlsOptions(),
            seen);
    }

    private static IEnumerable<ScoredItem> Sorted(AlsModel model, int user, Func<int, bool> eligible)
    {
        var scores = new float[model.ItemCount];
        model.Score(user, scores);
        return scores
            .Select((score, item) => new ScoredItem(item, score))
            .Where(item => eligible(item.ItemIndex))
            .OrderByDescending(item => item.Score)
            .ThenBy(item => item.ItemIndex);
    }

    /// <summary>Equal but for neighbours whose scores differ by rounding alone.</summary>
    private static void ShouldEqual(ScoredItem[] actual, ScoredItem[] expected)
    {
        actual.Length.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            actual[i].Score.ShouldBe(expected[i].Score, 1e-4f);
            if (actual[i].ItemIndex != expected[i].ItemIndex)
            {
                expected.ShouldContain(item => item.ItemIndex == actual[i].ItemIndex || Math.Abs(item.Score - actual[i].Score) < 1e-4f);
            }
        }

        actual.Select(item => item.ItemIndex).Distinct().Count().ShouldBe(actual.Length);
    }
}
