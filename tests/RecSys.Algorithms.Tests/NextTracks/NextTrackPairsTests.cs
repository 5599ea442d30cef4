using RecSys.Algorithms.NextTracks;
using RecSys.Algorithms.Splits;

namespace RecSys.Algorithms.Tests.NextTracks;

public sealed class NextTrackPairsTests
{
    private const long Minute = 60_000_000;

    // User 0 hears 1, 2, 2, pauses 31 minutes, hears 3; user 1 hears 4 and 5, out of order in the log.
    private static readonly InteractionRows Log = new(
        3,
        6,
        [1, 0, 0, 0, 0, 1],
        [5, 1, 2, 2, 3, 4],
        [1, 1, 1, 1, 1, 1],
        [30 * Minute, 0, 4 * Minute, 8 * Minute, 39 * Minute, 0]);

    [Fact]
    public void A_pause_longer_than_the_gap_begins_a_session()
    {
        var pairs = NextTrackPairs.FromLog(Log, new SessionOptions { Gap = TimeSpan.FromMinutes(30) }, out var report);

        pairs.UserIndices.ToArray().ShouldBe([0, 0, 1]);
        pairs.ItemIndices.ToArray().ShouldBe([1, 2, 4]);
        pairs.NextItemIndices.ToArray().ShouldBe([2, 2, 5]);
        pairs.Sessions.ToArray().ShouldBe([0, 0, 2]);
        pairs.Times.ToArray().ShouldBe([4 * Minute, 8 * Minute, 30 * Minute]);
        report.ShouldBe(new SessionReport(6, 3, 1, 3, 0));
    }

    [Fact]
    public void Repeats_are_left_out_and_counted_when_not_wanted()
    {
        var pairs = NextTrackPairs.FromLog(Log, new SessionOptions { KeepRepeats = false }, out var report);

        pairs.NextItemIndices.ToArray().ShouldBe([2, 5]);
        report.DroppedRepeats.ShouldBe(1);
    }

    [Fact]
    public void Pairs_are_divided_by_the_time_of_the_second_listen()
    {
        var pairs = NextTrackPairs.FromLog(Log, null, out _);

        var (train, test) = pairs.SplitAt(DateTimeOffset.UnixEpoch.AddMinutes(8));

        train.NextItemIndices.ToArray().ShouldBe([2]);
        test.NextItemIndices.ToArray().ShouldBe([2, 5]);
        test.UserCount.ShouldBe(3);
        pairs.CutFor(0.5).ShouldBe(DateTimeOffset.UnixEpoch.AddMinutes(8));
    }

    [Fact]
    public void Coverage_is_the_share_of_pairs_whose_user_and_next_item_are_known()
    {
        var pairs = NextTrackPairs.FromLog(Log, null, out _);

        pairs.Coverage([true, true, false], [true, true, true, true, true, false]).ShouldBe(2.0 / 3);
        pairs.Coverage([true, false, false], [false, false, false, false, false, true]).ShouldBe(0);
    }

    [Fact]
    public void Settings_and_sizes_are_checked()
    {
        var pairs = NextTrackPairs.FromLog(Log, null, out _);

        Should.Throw<AlgorithmException>(() => NextTrackPairs.FromLog(Log, new SessionOptions { Gap = TimeSpan.Zero }, out _))
            .Error.ShouldBe(AlgorithmError.InvalidSetting);
        Should.Throw<AlgorithmException>(() => pairs.CutFor(1)).Error.ShouldBe(AlgorithmError.InvalidSetting);
        Should.Throw<AlgorithmException>(() => pairs.Coverage([true], [true])).Error.ShouldBe(AlgorithmError.MismatchedSizes);
        Should.Throw<AlgorithmException>(() => new NextTrackPairs(1, 1, [0], [0], [1], [0], [0])).Error.ShouldBe(AlgorithmError.IndexOutOfRange);
    }
}
