using RecSys.Contracts.Ingest.V1;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Upkeep;

public sealed class LakeCompactionTests
{
    [Fact]
    public async Task Many_small_segments_of_a_date_are_merged_in_the_background()
    {
        await using var ingest = await IngestHost.StartAsync(("Ingest:CompactFromSegments", "2"), ("Ingest:CompactInterval", "00:00:01"));
        for (var call = 0; call < 12; call++)
        {
            await ingest.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { Samples.Listens(call * 10, 10) } });
        }

        await Wait.UntilAsync(() => ingest.Segments().Length == 1, TimeSpan.FromSeconds(30), "one segment");

        (await ingest.CountAsync()).ShouldBe((120, 120, 0));
    }
}
