using RecSys.Analytics.Listens;
using RecSys.Analytics.Tests.Imports;
using RecSys.Lake;

namespace RecSys.Analytics.Tests.Listens;

public sealed class HistoryTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public async Task Listens_of_segments_and_imports_come_by_user_and_time_each_once()
    {
        LakeListen[] listens =
        [
            new("zoe", "b", Noon.AddDays(1), 0.5f), new("zoe", "c", Noon, null, 3), new("adam", "b", LakeListen.UnknownTime), new("zoe", "a", Noon, 1f),
        ];
        await _case.Lake.AppendAsync(listens);
        await _case.Lake.AppendAsync([listens[0] with { PlayedShare = 0.9f }, listens[1] with { PlayedShare = 0.2f, PlayCount = 2 }]);
        _case.Write("logs/a.jsonl", """{"message": "next", "timestamp": 1741953600000, "user": "adam", "track": "c", "time": 0.7}""");
        await _case.ImportAsync("botify", _case.Path("logs"));
        var cells = await _case.Queries.ReadInteractionsAsync(InteractionQuery.All);

        var histories = await _case.Queries.ReadHistoriesAsync(cells.UserIds, cells.TrackIds);

        histories.Offsets.ShouldBe([0, 2, 5]);
        histories.ItemIndex.ShouldBe([1, 2, 0, 2, 1]);
        histories.Times.ShouldBe([0, Microseconds(Noon), Microseconds(Noon), Microseconds(Noon), Microseconds(Noon.AddDays(1))]);
        histories.Shares.ShouldBe([float.NaN, 0.7f, 1f, 0.2f, 0.9f]);
        histories.Plays.ShouldBe([1f, 1f, 1f, 3f, 1f]);
    }

    [Fact]
    public async Task Users_and_tracks_that_are_not_asked_for_are_left_out()
    {
        await _case.Lake.AppendAsync([new("a", "x", Noon), new("b", "x", Noon), new("b", "y", Noon.AddHours(1)), new("b", "z", Noon.AddHours(2)), new("c", "y", Noon)]);

        var histories = await _case.Queries.ReadHistoriesAsync(["aa", "b", "bb", "c"], ["x", "z"]);

        histories.Offsets.ShouldBe([0, 0, 2, 2, 2]);
        histories.ItemIndex.ShouldBe([0, 1]);
        histories.Times.ShouldBe([Microseconds(Noon), Microseconds(Noon.AddHours(2))]);
    }

    [Fact]
    public async Task An_empty_lake_has_no_listens()
    {
        var histories = await _case.Queries.ReadHistoriesAsync(["a"], ["x"]);

        histories.Offsets.ShouldBe([0, 0]);
        histories.ItemIndex.ShouldBeEmpty();
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
