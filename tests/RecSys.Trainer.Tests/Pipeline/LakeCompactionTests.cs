using RecSys.Analytics.Listens;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Trainer.Tests.Pipeline;

public sealed class LakeCompactionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Many_small_segments_of_a_date_are_merged_in_the_background_and_old_exposures_removed()
    {
        await using var trainer = await TrainerHost.StartAsync(("Trainer:CompactFromSegments", "2"), ("Trainer:CompactInterval", "00:00:01"));
        for (var call = 0; call < 12; call++)
        {
            await trainer.Lake.AppendAsync([.. Enumerable.Range(call * 10, 10).Select(i => new LakeListen($"user-{i}", "track", Noon.AddSeconds(i)))]);
        }

        foreach (var daysAgo in (int[])[0, 400])
        {
            await trainer.ShowAsync(DateTimeOffset.UtcNow.AddDays(-daysAgo));
        }

        await Wait.UntilAsync(async () => (await trainer.Lake.ListAsync()).Count == 2, TimeSpan.FromSeconds(30), "a segment of each kind");

        var left = (await trainer.Lake.ListAsync()).Single(segment => segment.Kind == SegmentKind.Exposures);
        left.FirstListen.ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddDays(-1));

        using var queries = new LakeQueries(trainer.Lake);
        (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(120);
    }
}
