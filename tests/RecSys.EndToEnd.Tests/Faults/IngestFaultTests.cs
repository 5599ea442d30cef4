using System.Globalization;
using RecSys.Contracts.Serving.V1;
using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests.Faults;

/// <summary>
/// What ingest needs and ingest itself is killed or restarted, one after another, while producers send: what was confirmed is stored, in
/// database and lake and serving, and none of it twice. <c>RECSYS_TEST_FAULT_SECONDS</c> sets how long the load goes on between two
/// faults; with 10, the first test takes two minutes.
/// </summary>
public sealed class IngestFaultTests(DistributedSystem system, S3Fixture s3) : IClassFixture<S3Fixture>
{
    private const int ListensPerSecond = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string? Seconds = Environment.GetEnvironmentVariable("RECSYS_TEST_FAULT_SECONDS");

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(double.Parse(Seconds ?? "1", CultureInfo.InvariantCulture));

    /// <summary>Whether tests of faults may take minutes.</summary>
    internal static bool IsLong => Seconds is not null;

    [Fact]
    public async Task Nothing_confirmed_is_lost_or_doubled_while_everything_is_killed_and_restarted_in_turn()
    {
        await using var pair = await IngestPair.StartAsync(system, bucket: null);
        await using var load = new ListenLoad(pair.Addresses, ListensPerSecond);

        await FailAsync(() => pair[0].KillAsync(), () => pair.StartAgainAsync(0));
        await FailAsync(() => pair[1].KillAsync(), () => pair.StartAgainAsync(1));
        await FailAsync(system.Postgres.KillAsync, system.Postgres.RestartAsync);
        await FailAsync(system.RabbitMq.KillAsync, system.RabbitMq.RestartAsync);
        foreach (var process in (int[])[0, 1])
        {
            await FailAsync(() => pair[process].StopAsync(), () => pair.StartAgainAsync(process));
        }

        await CheckAsync(pair, load, await load.EndAsync());
        load.Failures.ShouldBeGreaterThan(0, "calls were under way when processes were killed");
    }

    [Fact]
    public async Task Nothing_confirmed_is_lost_or_doubled_while_the_bucket_of_the_lake_is_away()
    {
        var bucket = await s3.GetServerAsync();
        await using var pair = await IngestPair.StartAsync(system, bucket);
        await using var load = new ListenLoad(pair.Addresses, ListensPerSecond);

        await FailAsync(bucket.KillAsync, bucket.RestartAsync);
        await FailAsync(() => pair[0].KillAsync(), () => pair.StartAgainAsync(0));

        await CheckAsync(pair, load, await load.EndAsync());
    }

    /// <summary>Lets the load go on for a while, and then on through a fault.</summary>
    private static async Task FailAsync(Func<Task> fail, Func<Task> mend)
    {
        await Task.Delay(Between);
        await fail();
        await Task.Delay(Between);
        await mend();
    }

    private static async Task CheckAsync(IngestPair pair, ListenLoad load, long sent)
    {
        var stored = 0L;
        await Wait.UntilAsync(
            async () => (stored = await pair.History.CountAsync(TestContext.Current.CancellationToken)) >= sent, Patience, $"{sent} listens to be stored");

        stored.ShouldBe(sent, "each listen is a row");
        (await pair.CountLakeAsync()).ShouldBe(sent);
        var segments = await pair.Lake.ListAsync(TestContext.Current.CancellationToken);
        segments.Sum(segment => segment.Rows).ShouldBeInRange(sent, sent * 11 / 10, "only what a producer sent twice is there twice, and readers see it once");

        const long Number = 4_321;
        var history = await pair.Serving.GetHistoryAsync(new GetHistoryRequest { UserId = load.UserOf(Number), PageSize = 500 });
        history.Items.Select(listen => listen.Track.TrackId).ShouldBe(
            (await pair.History.GetAsync(load.UserOf(Number), 500, null, TestContext.Current.CancellationToken)).Select(listen => listen.TrackId));
        history.Items.ShouldContain(listen => listen.Track.TrackId == ListenLoad.TrackOf(Number));
    }
}
