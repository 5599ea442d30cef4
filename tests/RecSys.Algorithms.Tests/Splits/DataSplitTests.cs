using RecSys.Algorithms.Splits;

namespace RecSys.Algorithms.Tests.Splits;

public sealed class DataSplitTests
{
    private const long Day = 86_400_000_000;

    // Users 0–3, items 0–4; days 0–9.
    private static readonly InteractionRows Log = new(
        4,
        5,
        [0, 0, 0, 1, 1, 0, 1, 3, 1, 0],
        [0, 1, 0, 1, 3, 3, 1, 0, 4, 2],
        [1, 1, 2, 1, 1, 1, 1, 1, 1, 1],
        [0, Day, 2 * Day, 3 * Day, 4 * Day, 5 * Day, 6 * Day, 7 * Day, 8 * Day, 9 * Day]);

    [Fact]
    public void Matrices_have_the_users_and_items_of_train()
    {
        var split = DataSplit.Create(Log, new GlobalTimeSplit(DateTimeOffset.UnixEpoch.AddDays(5)));

        split.UserIndices.ShouldBe([0, 1]);
        split.ItemIndices.ShouldBe([0, 1, 3]);
        split.Train.RowColumns(0).ToArray().ShouldBe([0, 1]);
        split.Train.RowValues(0).ToArray().ShouldBe([3, 1]);
        split.Train.RowColumns(1).ToArray().ShouldBe([1, 2]);
        split.Test.RowColumns(0).ToArray().ShouldBe([2]);
        split.Test.RowColumns(1).ToArray().ShouldBeEmpty();
    }

    [Fact]
    public void The_report_counts_what_was_dropped_and_why()
    {
        var report = DataSplit.Create(Log, new GlobalTimeSplit(DateTimeOffset.UnixEpoch.AddDays(5))).Report;

        report.Rows.ShouldBe(10);
        report.TrainRows.ShouldBe(5);
        report.TestRows.ShouldBe(5);
        report.TrainUsers.ShouldBe(2);
        report.TrainItems.ShouldBe(3);
        report.TestUsers.ShouldBe(3);
        report.CommonUsers.ShouldBe(2);
        report.ColdUsers.ShouldBe(1);
        report.TrainPairs.ShouldBe(4);
        report.TestPairs.ShouldBe(1);
        report.UsersWithTest.ShouldBe(1);
        report.Dropped.ShouldBe([
            new DroppedRows("outside both parts", 0, 0),
            new DroppedRows("item not in train", 2, 2),
            new DroppedRows("user not in train", 1, 1),
            new DroppedRows("pair already in train", 1, 1),
        ]);
    }

    [Fact]
    public void Repeats_are_kept_when_asked_for()
    {
        var split = DataSplit.Create(
            Log, new GlobalTimeSplit(DateTimeOffset.UnixEpoch.AddDays(5)), new SplitOptions { NewPairsOnly = false });

        split.Test.RowColumns(1).ToArray().ShouldBe([1]);
        split.Report.TestPairs.ShouldBe(2);
        split.Report.Dropped.Single(d => d.Rule == "pair already in train").Rows.ShouldBe(0);
    }

    [Fact]
    public void Logs_of_both_parts_keep_their_times_in_the_new_numbering()
    {
        var split = DataSplit.Create(Log, new GlobalTimeSplit(DateTimeOffset.UnixEpoch.AddDays(5)));

        var train = split.TrainLog();
        train.ItemIndices.ToArray().ShouldBe([0, 1, 0, 1, 2]);
        train.Times.ToArray().ShouldBe([0, Day, 2 * Day, 3 * Day, 4 * Day]);
        var test = split.TestLog();
        test.UserIndices.ToArray().ShouldBe([0]);
        test.Times.ToArray().ShouldBe([5 * Day]);
    }

    [Fact]
    public void Items_of_users_that_are_not_in_train_are_kept_for_cold_metrics()
    {
        var items = DataSplit.Create(Log, new GlobalTimeSplit(DateTimeOffset.UnixEpoch.AddDays(5))).ColdUserItems();

        items.Count.ShouldBe(1);
        items[0].ShouldBe([0]);
    }

    [Fact]
    public void A_second_cut_makes_a_label_window()
    {
        var epoch = DateTimeOffset.UnixEpoch;
        var report = DataSplit.Create(Log, new GlobalTimeSplit(epoch.AddDays(3), epoch.AddDays(6))).Report;

        report.TrainRows.ShouldBe(3);
        report.TestRows.ShouldBe(3);
        report.Dropped.Single(d => d.Rule == "outside both parts").Rows.ShouldBe(4);
    }

    [Fact]
    public void The_last_days_are_what_is_later_than_the_end_less_the_days()
    {
        var sides = new SplitSide[10];
        new LastDaysSplit(3).Assign(Log, sides);

        sides.ShouldBe([.. Enumerable.Repeat(SplitSide.Train, 7), .. Enumerable.Repeat(SplitSide.Test, 3)]);
    }

    [Fact]
    public void Leave_last_takes_the_latest_rows_of_each_user_and_leaves_at_least_one()
    {
        var sides = new SplitSide[10];
        new LeaveLastSplit(2).Assign(Log, sides);

        Rows(sides, SplitSide.Test).ShouldBe([5, 6, 8, 9]);
    }

    [Fact]
    public void A_random_split_moves_whole_pairs_and_depends_on_nothing_but_seed_and_pairs()
    {
        var random = new Random(3);
        var users = Enumerable.Range(0, 2000).Select(_ => random.Next(20)).ToArray();
        var items = Enumerable.Range(0, 2000).Select(_ => random.Next(40)).ToArray();
        var weights = Enumerable.Repeat(1f, 2000).ToArray();
        var forward = Sides(new InteractionRows(20, 40, users, items, weights), new RandomByUserSplit(0.25, 9));
        var reversed = Sides(
            new InteractionRows(20, 40, [.. users.Reverse()], [.. items.Reverse()], weights), new RandomByUserSplit(0.25, 9));
        var otherSeed = Sides(new InteractionRows(20, 40, users, items, weights), new RandomByUserSplit(0.25, 10));

        reversed.Reverse().ShouldBe(forward);
        otherSeed.ShouldNotBe(forward);
        var pairs = Enumerable.Range(0, 2000).GroupBy(row => (users[row], items[row])).ToArray();
        pairs.ShouldAllBe(pair => pair.Select(row => forward[row]).Distinct().Count() == 1);
        foreach (var user in pairs.GroupBy(pair => pair.Key.Item1))
        {
            user.Count(pair => forward[pair.First()] == SplitSide.Test)
                .ShouldBe((int)Math.Round(0.25 * user.Count(), MidpointRounding.AwayFromZero));
        }
    }

    [Fact]
    public void A_user_with_one_item_stays_in_train_at_random() =>
        Sides(new InteractionRows(1, 1, [0], [0], [1]), new RandomByUserSplit(0.9)).ShouldBe([SplitSide.Train]);

    [Fact]
    public void The_hash_split_follows_its_formula()
    {
        long[] userKeys = [2, 5_000_000_000];
        long[] itemKeys = [51, 4, 9];
        var log = new InteractionRows(2, 3, [0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [1, 1, 1, 1, 1, 1]);

        var sides = Sides(log, new HashSplit(userKeys, itemKeys));

        var expected = from user in userKeys
                       from item in itemKeys
                       select ((user * 1_000_003) + item) % 5 == 0 ? SplitSide.Test : SplitSide.Train;
        sides.ShouldBe(expected);
        sides.ShouldContain(SplitSide.Test);
    }

    [Fact]
    public void A_split_by_a_hash_of_pairs_takes_its_share_and_no_item_from_all_users_of_a_remainder()
    {
        const int Users = 300;
        const int Items = 200;
        int[] users = [.. Enumerable.Range(0, Users * Items).Select(pair => pair / Items)];
        int[] items = [.. Enumerable.Range(0, Users * Items).Select(pair => pair % Items)];
        var log = new InteractionRows(Users, Items, users, items, [.. Enumerable.Repeat(1f, users.Length)]);
        long[] userKeys = [.. Enumerable.Range(0, Users).Select(user => 5L * user)];
        long[] itemKeys = [.. Enumerable.Range(0, Items).Select(item => (long)item)];

        var sides = Sides(log, new PairHashSplit(userKeys, itemKeys));

        ((double)sides.Count(side => side == SplitSide.Test) / sides.Length).ShouldBe(0.2, 0.01);
        for (var item = 0; item < Items; item++)
        {
            var own = Enumerable.Range(0, Users).Count(user => sides[(user * Items) + item] == SplitSide.Test);
            own.ShouldBeInRange(25, 95, "60 of 300 on average");
        }

        // Where other users or items are beside it, a pair stays on its side.
        var alone = new InteractionRows(1, 2, [0, 0], [0, 1], [1, 1]);
        Sides(alone, new PairHashSplit([userKeys[7]], [itemKeys[3], itemKeys[9]])).ShouldBe([sides[(7 * Items) + 3], sides[(7 * Items) + 9]]);
    }

    [Fact]
    public void A_log_without_times_can_not_be_split_by_time()
    {
        var log = new InteractionRows(1, 1, [0], [0], [1]);
        foreach (ISplitter splitter in new ISplitter[] { new LastDaysSplit(1), new LeaveLastSplit(), new GlobalTimeSplit(DateTimeOffset.UnixEpoch) })
        {
            Should.Throw<AlgorithmException>(() => DataSplit.Create(log, splitter)).Error.ShouldBe(AlgorithmError.MissingData);
        }
    }

    [Fact]
    public void A_split_that_leaves_nothing_to_learn_from_is_an_error() =>
        Should.Throw<AlgorithmException>(() => DataSplit.Create(Log, new GlobalTimeSplit(DateTimeOffset.UnixEpoch)))
            .Error.ShouldBe(AlgorithmError.EmptyMatrix);

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        ISplitter[] splitters =
        [
            new LastDaysSplit(0),
            new LastDaysSplit(double.NaN),
            new LeaveLastSplit(0),
            new RandomByUserSplit(0),
            new RandomByUserSplit(1),
            new HashSplit(new long[4], new long[5], 1),
            new PairHashSplit(new long[4], new long[5], 1),
            new GlobalTimeSplit(DateTimeOffset.UnixEpoch.AddDays(1), DateTimeOffset.UnixEpoch),
        ];
        foreach (var splitter in splitters)
        {
            Should.Throw<AlgorithmException>(() => DataSplit.Create(Log, splitter)).Error.ShouldBe(AlgorithmError.InvalidSetting);
        }
    }

    [Theory]
    [InlineData(float.NaN, AlgorithmError.NotANumber)]
    [InlineData(float.PositiveInfinity, AlgorithmError.InfiniteWeight)]
    [InlineData(-1f, AlgorithmError.NegativeWeight)]
    public void A_log_refuses_weights_that_are_not_finite_and_positive(float weight, AlgorithmError error) =>
        Should.Throw<AlgorithmException>(() => new InteractionRows(1, 1, [0], [0], [weight])).Error.ShouldBe(error);

    [Fact]
    public void A_log_refuses_indices_and_lengths_that_do_not_fit()
    {
        Should.Throw<AlgorithmException>(() => new InteractionRows(1, 1, [1], [0], [1])).Error.ShouldBe(AlgorithmError.IndexOutOfRange);
        Should.Throw<AlgorithmException>(() => new InteractionRows(1, 1, [0], [-1], [1])).Error.ShouldBe(AlgorithmError.IndexOutOfRange);
        Should.Throw<AlgorithmException>(() => new InteractionRows(1, 1, [0], [0], [1, 2])).Error.ShouldBe(AlgorithmError.MismatchedSizes);
    }

    private static SplitSide[] Sides(InteractionRows log, ISplitter splitter)
    {
        var sides = new SplitSide[log.RowCount];
        splitter.Assign(log, sides);
        return sides;
    }

    private static int[] Rows(SplitSide[] sides, SplitSide side) =>
        [.. Enumerable.Range(0, sides.Length).Where(row => sides[row] == side)];
}
