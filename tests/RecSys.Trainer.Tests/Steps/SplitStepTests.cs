using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Tests.Steps;

public sealed class SplitStepTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new("split");
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public SplitStepTests()
    {
        _lake = new ListenLake(_folder.Path);
        _queries = new LakeQueries(_lake);
    }

    [Fact]
    public async Task The_newest_plays_are_withheld_and_only_pairs_that_are_new_to_their_user_count()
    {
        // A track an hour: t0 … t9 by ana, then t0 again, and what ben does at the end.
        List<LakeListen> listens = [.. Enumerable.Range(0, 10).Select(hour => Play("ana", $"t{hour}", hour))];
        listens.AddRange([Play("ben", "t0", 0), Play("ben", "t1", 1), Play("ana", "t0", 11), Play("ben", "t9", 10.5), Play("cleo", "t1", 10.6)]);

        var split = await SplitAsync(listens, testShare: 0.21);

        split.Report.Split.ShouldStartWith("test from 2026-01-01T10:30");
        split.Report.TrainPairs.ShouldBe(12);

        // ana knows t0 already, cleo is not in train: what is left is ben's t9.
        split.Report.TestPairs.ShouldBe(1);
        split.Test.RowColumns(1).ToArray().ShouldBe([9]);
        split.Train[0, 0].ShouldBe(1, "the earlier play of a track that was heard again stays in train");
    }

    [Fact]
    public async Task The_last_days_are_withheld_when_days_are_given()
    {
        List<LakeListen> listens = [.. Enumerable.Range(0, 10).SelectMany(day => new[] { Play("ana", $"t{day}", day * 24), Play("ben", $"t{9 - day}", day * 24) })];

        var split = await SplitAsync(listens, testDays: 3);

        split.Report.Split.ShouldBe("test from 2026-01-07T00:00:00Z");
        split.Report.TestPairs.ShouldBe(6, "the tracks of the last days by one user are those of the first days by the other");
    }

    [Fact]
    public async Task A_log_without_times_is_split_by_hash()
    {
        var listens = Log(users: 50, tracks: 40, _ => LakeListen.UnknownTime);

        var split = await SplitAsync(listens);

        split.Report.Split.ShouldBe("hash, one pair in 5");
        ((double)split.Report.TestPairs / (split.Report.TestPairs + split.Report.TrainPairs)).ShouldBe(0.2, 0.03);
    }

    [Fact]
    public async Task A_log_that_was_sent_in_one_go_is_split_by_hash()
    {
        var listens = Log(users: 50, tracks: 40, _ => Start);

        (await SplitAsync(listens)).Report.Split.ShouldBe("hash, one pair in 5");
    }

    [Fact]
    public async Task A_split_by_hash_does_not_change_when_users_come()
    {
        var few = await SplitAsync(Log(users: 20, tracks: 40, _ => Start));
        var before = TestPairs(few);
        var many = await SplitAsync(Log(users: 30, tracks: 40, _ => Start));

        TestPairs(many).Where(pair => pair.User < 20).ShouldBe(before);
    }

    [Fact]
    public async Task Where_nothing_is_left_to_measure_on_all_of_it_is_trained_on()
    {
        await _lake.AppendAsync([Play("ana", "t1", 0), Play("ben", "t2", 1)], TestContext.Current.CancellationToken);
        var settings = TrainingSettings.Read(new Dictionary<string, string>());
        var progress = new StepProgress((_, _) => { });
        var log = await new ReadStep(_queries).RunAsync(settings, progress, TestContext.Current.CancellationToken);

        var holdout = await new SplitStep(_queries).RunAsync(log, settings, progress, TestContext.Current.CancellationToken);

        holdout.CanMeasure.ShouldBeFalse();
        holdout.Train.ShouldBe(log.Plays);
    }

    public void Dispose()
    {
        _queries.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    private static LakeListen Play(string user, string track, double hour) => new(user, track, Start.AddHours(hour));

    private static List<LakeListen> Log(int users, int tracks, Func<int, DateTimeOffset> time) =>
    [
        .. from user in Enumerable.Range(0, users)
           from track in Enumerable.Range(0, tracks)
           where (user + track) % 3 > 0
           select new LakeListen($"user-{user:d3}", $"track-{track:d3}", time(user)),
    ];

    private static List<(int User, int Item)> TestPairs(Algorithms.Splits.DataSplit split) =>
    [
        .. from user in Enumerable.Range(0, split.Test.RowCount)
           from item in split.Test.RowColumns(user).ToArray()
           select (user, item),
    ];

    private async Task<Algorithms.Splits.DataSplit> SplitAsync(List<LakeListen> listens, double testShare = 0.2, int testDays = 0)
    {
        await _lake.AppendAsync(listens, TestContext.Current.CancellationToken);
        var log = await new ReadStep(_queries).RunAsync(
            TrainingSettings.Read(new Dictionary<string, string>()), new StepProgress((_, _) => { }), TestContext.Current.CancellationToken);
        return await new SplitStep(_queries).DivideAsync(log, testShare, testDays, TestContext.Current.CancellationToken);
    }
}
