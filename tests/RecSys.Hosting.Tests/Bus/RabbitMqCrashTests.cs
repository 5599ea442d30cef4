using System.Collections.Concurrent;
using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;
using RecSys.TestKit;
using static RecSys.Hosting.Tests.Bus.BusTestModules;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>The broker dies at work. A class of its own, beside the other faults, as each starts brokers.</summary>
public sealed class RabbitMqCrashTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broker_that_is_killed_under_load_loses_no_confirmed_message()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        Inbox inbox = new(), own = new();
        await using var host = await BusHost.StartAsync(broker.Uri, builder => builder.AddWriter(inbox));
        await using var reader = await BusHost.StartAsync(broker.Uri, builder => builder.AddReader<ListenBatch>(own, "serving.listens"));
        var confirmed = new ConcurrentQueue<string>();
        var refused = 0;
        using var stop = new CancellationTokenSource();

        async Task PublishAsync(int publisher)
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var name = $"{publisher}-{i}";
                try
                {
                    await host.Publisher.PublishAsync(Batch(name, listenCount: 20), Cancel);
                    confirmed.Enqueue(name);
                }
                catch (RecSysException failure)
                {
                    failure.Code.ShouldBe(StatusCode.Unavailable);
                    Interlocked.Increment(ref refused);
                }
            }
        }

        var publishers = Enumerable.Range(0, 8).Select(PublishAsync).ToArray();
        await Wait.UntilAsync(() => confirmed.Count > 200, TimeSpan.FromSeconds(60), "messages before the crash", Cancel);
        await broker.KillAsync();
        var before = confirmed.Count;
        await broker.RestartAsync();
        await Wait.UntilAsync(() => confirmed.Count > before + 200, TimeSpan.FromSeconds(90), "messages after the crash", Cancel);
        await stop.CancelAsync();
        await Task.WhenAll(publishers);

        var expected = confirmed.ToHashSet(StringComparer.Ordinal);
        await Wait.UntilAsync(
            () => expected.IsSubsetOf(inbox.Producers), TimeSpan.FromSeconds(60), "every confirmed message", Cancel);

        // The instance's own queue went with the broker; it is made anew, and its consumer is told that it may have missed something.
        await Wait.UntilAsync(() => own.CatchUps == 1, TimeSpan.FromSeconds(60), "the word to catch up", Cancel);
        inbox.CatchUps.ShouldBe(0);
        await host.Publisher.PublishAsync(Batch("after"), Cancel);
        await Wait.UntilAsync(() => own.Producers.Contains("after"), TimeSpan.FromSeconds(60), "a message of the own queue", Cancel);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{expected.Count} confirmed, {refused} refused, {inbox.Messages.Count - inbox.Producers.Distinct().Count()} delivered twice");
    }
}
