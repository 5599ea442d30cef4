using RecSys.Algorithms.Features;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Tests.Ranker;

/// <summary>Training of trees, and what is said where the library is missing.</summary>
public sealed class BoostingTests
{
    private const int GroupSize = 20;

    private static readonly int Width = RankingFeatures.All.Count;

    private static readonly int Rank = IndexOf("als_rank");

    private static readonly int Genre = IndexOf("genre");

    private static readonly BoostingOptions Options = new(RankerObjective.Logistic, 60, 4, 0.1, 1, 10, 7, 1);

    [Theory]
    [InlineData("logistic")]
    [InlineData("ndcg")]
    public void Trees_order_rows_by_what_makes_them_come_true_and_stop_when_others_are_no_better_off(string objective)
    {
        var options = Options with { Objective = Enum.Parse<RankerObjective>(objective, ignoreCase: true), Trees = 2_000, LearningRate = 0.3 };
        var trees = Boosting.Train([Rows(100, seed: 1), Rows(100, seed: 2)], [Rows(100, seed: 3)], options, CancellationToken.None);
        trees.Ensemble.TreeCount.ShouldBeInRange(3, 1_000);
        trees.Importance.Select(feature => feature.Feature).Take(2).ShouldBe(["als_rank", "genre"], ignoreOrder: true);
        trees.Importance.ShouldAllBe(feature => feature.Gain > 0);
        var rows = Rows(100, seed: 4);
        var margins = Margins(trees, rows);
        rows.Ndcg(row => margins[row]).Average().ShouldBeGreaterThan(rows.Ndcg(row => -rows.Value(row, Rank)).Average() + 0.02);
    }

    [Theory]
    [InlineData("logistic")]
    [InlineData("ndcg")]
    public void A_seed_gives_the_same_trees_with_any_number_of_threads_and_another_seed_others(string objective)
    {
        var options = Options with { Objective = Enum.Parse<RankerObjective>(objective, ignoreCase: true) };
        byte[] Bytes(BoostingOptions options) =>
            Boosting.Train([Rows(300, seed: 1)], [Rows(100, seed: 3)], options, CancellationToken.None).Ensemble.ToBytes();
        var first = Bytes(options);
        Bytes(options).ShouldBe(first);
        Bytes(options with { ThreadCount = 2 }).ShouldBe(first);
        Bytes(options with { ThreadCount = 3 }).ShouldBe(first);
        Bytes(options with { Seed = 8 }).ShouldNotBe(first);
    }

    [Fact]
    public void All_rows_are_trained_on_with_as_many_trees_as_turned_out_best()
    {
        var earlier = Boosting.Train([Rows(100, seed: 1)], [Rows(100, seed: 3)], Options, CancellationToken.None);
        var again = Boosting.TrainAgain([Rows(100, seed: 1), Rows(100, seed: 3)], earlier, Options, CancellationToken.None);
        again.Ensemble.TreeCount.ShouldBe(earlier.Ensemble.TreeCount);
        again.ValidationScore.ShouldBe(earlier.ValidationScore);
        again.Ensemble.ToBytes().ShouldNotBe(earlier.Ensemble.ToBytes());
    }

    [Fact]
    public void A_better_place_never_lowers_a_candidate_where_that_is_asked_for()
    {
        // Labels that say the opposite of the ranks.
        var rows = Rows(100, seed: 1);
        var wrong = rows with { Labels = [.. rows.Labels.Select((_, row) => row % GroupSize >= GroupSize / 2 ? 1f : 0)] };
        var probe = new LabelledRows(new float[GroupSize * Width], new float[GroupSize], [GroupSize]);
        Array.Fill(probe.Values, float.NaN);
        for (var row = 0; row < GroupSize; row++)
        {
            probe.Values[(row * Width) + Rank] = row + 1;
        }

        var free = Margins(Boosting.Train([wrong], [wrong], Options, CancellationToken.None), probe);
        free[^1].ShouldBeGreaterThan(free[0]);
        var monotone = Margins(Boosting.Train([wrong], [wrong], Options with { IsMonotone = true }, CancellationToken.None), probe);
        monotone.Zip(monotone.Skip(1)).ShouldAllBe(pair => pair.First >= pair.Second);
    }

    [Fact]
    public void Rows_without_a_split_that_is_worth_it_give_a_model_that_scores_all_alike()
    {
        var rows = new LabelledRows(new float[GroupSize * Width], [1, .. new float[GroupSize - 1]], [GroupSize]);
        var trees = Boosting.Train([rows], [rows], Options, CancellationToken.None);
        Margins(trees, rows).Distinct().Count().ShouldBe(1);
        Boosting.TrainAgain([rows], trees, Options, CancellationToken.None).Ensemble.TreeCount.ShouldBe(trees.Ensemble.TreeCount);
    }

    [Fact]
    public void The_library_says_what_it_refuses()
    {
        var rows = Rows(2, seed: 1);
        Should.Throw<BoostingException>(() => LightGbm.Dataset.Create([rows with { GroupSizes = [3] }], Options.ToParameters(), null))
            .Message.ShouldStartWith("LightGBM: ");
    }

    [Fact]
    public void What_is_missing_is_said_with_what_to_install()
    {
        LightGbm.Missing.ShouldBeNull();
        LightGbm.Remedy("libgomp.so.1: cannot open shared object file: No such file or directory", "linux-x64").ShouldContain("apt-get install libgomp1");
        LightGbm.Remedy("Library not loaded: /usr/local/opt/libomp/lib/libomp.dylib", "osx-x64").ShouldContain("brew install libomp");
        LightGbm.Remedy("no such file", "linux-arm64").ShouldContain("cannot be loaded on linux-arm64");
    }

    private static int IndexOf(string feature) => RankingFeatures.All.Select(own => own.Name).ToList().IndexOf(feature);

    private static float[] Margins(BoostedTrees trees, LabelledRows rows)
    {
        var margins = new float[rows.RowCount];
        trees.Ensemble.Score(rows.Values, margins);
        return margins;
    }

    // A row comes true by its rank, and if its genre is one of three that are liked; all else is noise or missing.
    private static LabelledRows Rows(int groups, int seed)
    {
        var random = new Random(seed);
        var (values, labels) = (new float[groups * GroupSize * Width], new float[groups * GroupSize]);
        for (var row = 0; row < labels.Length; row++)
        {
            var x = values.AsSpan(row * Width, Width);
            for (var feature = 0; feature < Width; feature++)
            {
                x[feature] = feature < 5 || random.Next(3) == 0 ? float.NaN : random.NextSingle();
            }

            x[Rank] = (row % GroupSize) + 1;
            x[Genre] = random.Next(12);
            labels[row] = random.NextDouble() < (x[Genre] % 4 == 1 ? 2.0 : 0.5) / (1 + x[Rank]) || row % GroupSize == 0 ? 1 : 0;
        }

        return new LabelledRows(values, labels, [.. Enumerable.Repeat(GroupSize, groups)]);
    }
}
