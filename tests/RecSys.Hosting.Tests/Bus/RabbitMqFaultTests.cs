using System.Diagnostics;
using Grpc.Core;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Startup;
using RecSys.TestKit;
using static RecSys.Hosting.Tests.Bus.BusTestModules;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>The broker isn't there, comes back, or refuses us.</summary>
public sealed class RabbitMqFaultTests(RabbitMqFixture rabbitMq)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_broker_publishing_fails_as_unavailable_within_its_time_and_works_when_it_is_back()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        var inbox = new Inbox();
        await using var host = await BusHost.StartAsync(broker.Uri, builder => builder.AddWriter(inbox), "Bus:PublishTimeout=00:00:02");
        await host.Publisher.PublishAsync(Batch("before"), Cancel);
        await broker.StopAsync();

        var watch = Stopwatch.StartNew();
        var failure = await Should.ThrowAsync<RecSysException>(() => host.Publisher.PublishAsync(Batch("during"), Cancel));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(4));
        failure.Code.ShouldBe(StatusCode.Unavailable);
        failure.Reason.ShouldBe("BUS_UNAVAILABLE");
        failure.RetryDelay.ShouldNotBeNull();
        failure.Message.ShouldContain($"127.0.0.1:{broker.Port}");

        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Should.ThrowAsync<OperationCanceledException>(() => host.Publisher.PublishAsync(Batch("impatient"), caller.Token));

        await broker.RestartAsync();
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    await host.Publisher.PublishAsync(Batch("after"), Cancel);
                    return true;
                }
                catch (RecSysException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(60),
            "a confirmed message",
            Cancel);
        await Wait.UntilAsync(() => inbox.Producers.Contains("after"), TimeSpan.FromSeconds(60), "the message", Cancel);
        inbox.Producers.ShouldContain("before");
    }

    [Fact]
    public async Task A_process_that_starts_before_its_broker_says_what_it_waits_for_and_goes_on_when_it_is_there()
    {
        await using var broker = await RabbitMqServer.CreateAsync();
        var inbox = new Inbox();
        await using var host = await BusHost.StartUnreadyAsync(broker.Uri, builder => builder.AddWriter(inbox));
        var gate = host.Get<StartupGate>();

        await Wait.UntilAsync(() => gate.Waiting.Any(wait => wait.Reason is not null), TimeSpan.FromSeconds(30), "a reason", Cancel);
        gate.IsOpen.ShouldBeFalse();
        gate.Waiting[0].WaitsFor.ShouldBe($"RabbitMQ at 127.0.0.1:{broker.Port}");
        await broker.RestartAsync();
        await gate.WaitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        await host.Publisher.PublishAsync(Batch("at last"), Cancel);
        await inbox.WaitForAsync(1);
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_never_shown()
    {
        var broker = await rabbitMq.GetServerAsync();
        var address = new Uri($"amqp://guest:very-secret@127.0.0.1:{broker.Port}/");
        await using var host = await BusHost.StartUnreadyAsync(address);
        var gate = host.Get<StartupGate>();

        await Wait.UntilAsync(() => gate.Waiting.Any(wait => wait.Reason is not null), TimeSpan.FromSeconds(30), "a reason", Cancel);

        var wait = gate.Waiting[0];
        wait.Reason.ShouldNotBeNull().ShouldContain("ACCESS_REFUSED");
        $"{wait}".ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task A_queue_of_the_same_name_that_is_not_ours_is_told()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        await using var client = await PlainClient.ConnectAsync(broker);
        await client.DeclareAsync("ingest.listens");
        await using var host = await BusHost.StartUnreadyAsync(broker, builder => builder.AddWriter(new Inbox()));
        var gate = host.Get<StartupGate>();

        // The attempt that is cut short by the refusal may end with another reason than the ones that follow.
        await Wait.UntilAsync(
            () => gate.Waiting is [{ Reason: { } reason }, ..] && reason.Contains("ingest.listens", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60), "the queue to be named", Cancel);

        await client.DeleteAsync("ingest.listens");
        await gate.WaitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
    }
}
