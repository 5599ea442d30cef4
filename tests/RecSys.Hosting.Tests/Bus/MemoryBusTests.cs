using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;
using RecSys.TestKit;
using static RecSys.Hosting.Tests.Bus.BusTestModules;

namespace RecSys.Hosting.Tests.Bus;

public sealed class MemoryBusTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publishing_completes_when_the_message_is_consumed_and_not_before()
    {
        var release = new TaskCompletionSource();
        var inbox = new Inbox { BeforeTaking = _ => release.Task };
        await using var host = await BusHost.StartAsync(broker: null, builder => builder.AddWriter(inbox));
        var sent = Batch("player", listenCount: 500);

        var publishing = host.Publisher.PublishAsync(sent, Cancel);
        var early = await Task.WhenAny(publishing, Task.Delay(200, Cancel));
        release.SetResult();
        await publishing;

        early.ShouldNotBe(publishing);
        inbox.Messages.ShouldBe([sent]);
    }

    [Fact]
    public async Task Every_consumer_of_the_process_has_the_message_when_publishing_completes()
    {
        Inbox writer = new(), history = new();
        await using var host = await BusHost.StartAsync(broker: null, builder =>
        {
            builder.AddWriter(writer);
            builder.AddBusConsumer<HistoryReader, ListenBatch>(BusQueue.PerInstance("serving.listens"));
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(builder.Services, new HistoryInbox(history));
        });

        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 50; i++)
        {
            await host.Publisher.PublishAsync(Batch($"{i}"), Cancel);

            writer.Messages.Count.ShouldBe(i + 1);
            history.Messages.Count.ShouldBe(i + 1);
        }

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_store_that_is_away_fails_the_publisher_as_unavailable_with_a_delay()
    {
        var inbox = new Inbox { BeforeTaking = _ => throw new IOException("The disk is away.") };
        await using var host = await BusHost.StartAsync(broker: null, builder => builder.AddWriter(inbox));

        var failure = await Should.ThrowAsync<RecSysException>(() => host.Publisher.PublishAsync(Batch("a"), Cancel));

        failure.Code.ShouldBe(StatusCode.Unavailable);
        failure.Reason.ShouldBe("BUS_UNAVAILABLE");
        failure.RetryDelay.ShouldNotBeNull();
        failure.InnerException.ShouldBeOfType<IOException>();
        inbox.BeforeTaking = _ => Task.CompletedTask;
        await host.Publisher.PublishAsync(Batch("b"), Cancel);
        inbox.Producers.ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_failure_of_the_consumer_reaches_its_own_publisher_alone()
    {
        var first = new TaskCompletionSource();
        var inbox = new Inbox();
        inbox.BeforeTaking = async messages =>
        {
            await first.Task;
            if (messages.Cast<ListenBatch>().Any(batch => batch.Producer == "poison"))
            {
                throw new InvalidOperationException("This one never works.");
            }
        };
        await using var host = await BusHost.StartAsync(broker: null, builder => builder.AddWriter(inbox));
        var opener = host.Publisher.PublishAsync(Batch("opener"), Cancel);
        var good = Enumerable.Range(0, 20).Select(i => host.Publisher.PublishAsync(Batch($"{i}"), Cancel)).ToList();
        var poison = host.Publisher.PublishAsync(Batch("poison"), Cancel);
        good.AddRange(Enumerable.Range(20, 20).Select(i => host.Publisher.PublishAsync(Batch($"{i}"), Cancel)));

        first.SetResult();

        (await Should.ThrowAsync<InvalidOperationException>(() => poison)).Message.ShouldBe("This one never works.");
        await opener;
        await Task.WhenAll(good);
        inbox.Messages.Count.ShouldBe(41);
    }

    [Fact]
    public async Task An_error_that_the_consumer_means_for_the_caller_arrives_as_it_is()
    {
        var inbox = new Inbox { BeforeTaking = _ => throw RecSysException.FailedPrecondition("FULL", "The disk is full. Make room.") };
        await using var host = await BusHost.StartAsync(broker: null, builder => builder.AddWriter(inbox));

        var failure = await Should.ThrowAsync<RecSysException>(() => host.Publisher.PublishAsync(Batch("a"), Cancel));

        failure.Reason.ShouldBe("FULL");
    }

    [Fact]
    public async Task A_consumer_that_takes_too_long_fails_the_publisher_within_its_time()
    {
        var release = new TaskCompletionSource();
        var inbox = new Inbox { BeforeTaking = _ => release.Task };
        await using var host = await BusHost.StartAsync(broker: null, builder => builder.AddWriter(inbox), "Bus:PublishTimeout=00:00:02");

        var failure = await Should.ThrowAsync<RecSysException>(
            () => host.Publisher.PublishAsync(Batch("a"), Cancel).WaitAsync(TimeSpan.FromSeconds(10), Cancel));

        failure.Code.ShouldBe(StatusCode.Unavailable);
        release.SetResult();
        await inbox.WaitForAsync(1);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_let_go()
    {
        var release = new TaskCompletionSource();
        var inbox = new Inbox { BeforeTaking = _ => release.Task };
        await using var host = await BusHost.StartAsync(broker: null, builder => builder.AddWriter(inbox));
        using var caller = new CancellationTokenSource();

        var publishing = host.Publisher.PublishAsync(Batch("a"), caller.Token);
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => publishing);
        release.SetResult();
    }

    [Fact]
    public async Task Listens_that_nobody_would_store_are_refused()
    {
        await using var host = await BusHost.StartAsync(broker: null);

        var failure = await Should.ThrowAsync<RecSysException>(() => host.Publisher.PublishAsync(Batch("a"), Cancel));

        failure.Reason.ShouldBe("NO_CONSUMER");
        failure.Message.ShouldContain("Bus:Transport");
    }

    [Fact]
    public async Task News_that_nobody_wants_are_no_error()
    {
        await using var host = await BusHost.StartAsync(broker: null);

        await host.Publisher.PublishAsync(new ModelPublished { ModelVersion = "v1" }, Cancel);
    }

    [Fact]
    public async Task A_reader_of_its_own_queue_is_tried_until_it_succeeds()
    {
        var failures = 0;
        var inbox = new Inbox
        {
            BeforeTaking = _ => Interlocked.Increment(ref failures) <= 3 ? throw new TimeoutException("The database is away.") : Task.CompletedTask,
        };
        await using var host = await BusHost.StartAsync(broker: null, builder => builder.AddReader<ModelPublished>(inbox, "candidate.models"));

        await host.Publisher.PublishAsync(new ModelPublished { ModelVersion = "v1" }, Cancel);

        await inbox.WaitForAsync(1);
    }

    [Fact]
    public async Task Publishers_share_the_cost_of_a_commit()
    {
        var inbox = new Inbox { BeforeTaking = _ => Task.Delay(10) };
        await using var host = await BusHost.StartAsync(broker: null, builder => builder.AddWriter(inbox));

        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => host.Publisher.PublishAsync(Batch($"{i}"), Cancel)));

        inbox.Messages.Count.ShouldBe(500);
        inbox.BatchSizes.Count.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task Messages_wait_until_the_process_is_ready()
    {
        var inbox = new Inbox();
        var release = new TaskCompletionSource();
        await using var host = await BusHost.StartUnreadyAsync(broker: null, builder =>
        {
            builder.AddWriter(inbox);
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<RecSys.Hosting.Startup.IStartupTask>(
                builder.Services, new SlowStart(release.Task));
        });
        var bus = host.Get<MassTransit.IBusControl>();
        await Wait.UntilAsync(
            () => bus.CheckHealth().Status == MassTransit.BusHealthStatus.Healthy, TimeSpan.FromSeconds(30), "a bus that runs", Cancel);

        var publishing = host.Publisher.PublishAsync(Batch("early"), Cancel);
        var early = await Task.WhenAny(publishing, Task.Delay(200, Cancel));
        release.SetResult();
        await publishing;

        early.ShouldNotBe(publishing);
        inbox.Producers.ShouldBe(["early"]);
    }

    private sealed record HistoryInbox(Inbox Inbox);

    private sealed class HistoryReader(HistoryInbox history) : MassTransit.IConsumer<ListenBatch>
    {
        public Task Consume(MassTransit.ConsumeContext<ListenBatch> context) => history.Inbox.TakeAsync([context.Message]);
    }

    private sealed class SlowStart(Task release) : RecSys.Hosting.Startup.IStartupTask
    {
        public string Name => "slow";

        public string WaitsFor => "the test";

        public Task RunAsync(CancellationToken cancellationToken) => release.WaitAsync(cancellationToken);
    }
}
