using Google.Protobuf;
using RabbitMQ.Client;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;
using RecSys.TestKit;
using static RecSys.Hosting.Tests.Bus.BusTestModules;

namespace RecSys.Hosting.Tests.Bus;

public sealed class RabbitMqBusTests(RabbitMqFixture rabbitMq)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_published_message_is_consumed_as_it_was()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var inbox = new Inbox();
        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriter(inbox));
        var sent = Batch("player", listenCount: 500);

        await host.Publisher.PublishAsync(sent, Cancel);

        await inbox.WaitForAsync(1);
        inbox.Messages.ShouldBe([sent]);
    }

    [Fact]
    public async Task Messages_that_were_published_before_any_consumer_ever_ran_are_not_lost()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        await using (var producer = await BusHost.StartAsync(broker))
        {
            await producer.Publisher.PublishAsync(Batch("early"), Cancel);
        }

        var inbox = new Inbox();
        await using var consumer = await BusHost.StartAsync(broker, builder => builder.AddWriter(inbox));

        await inbox.WaitForAsync(1);
        inbox.Producers.ShouldBe(["early"]);
    }

    [Theory]
    [InlineData("application/x-protobuf")]
    [InlineData("application/json")]
    [InlineData("not a content type")]
    [InlineData(null)]
    public async Task A_plain_client_needs_no_more_than_the_body(string? contentType)
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var inbox = new Inbox();
        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriterAndKeeper(inbox));
        await using var client = await PlainClient.ConnectAsync(broker);

        await client.PublishAsync("recsys.listens", Batch("plain").ToByteArray(), contentType);

        await inbox.WaitForAsync(1);
        inbox.Producers.ShouldBe(["plain"]);
        inbox.Rejected.ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_of_a_client_that_gives_all_of_them_the_same_id_are_all_consumed()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        await using (await BusHost.StartAsync(broker, builder => builder.AddWriter(new Inbox())))
        {
        }

        await using var client = await PlainClient.ConnectAsync(broker);
        var id = Guid.NewGuid();
        for (var i = 0; i < 20; i++)
        {
            await client.PublishAsync("recsys.listens", Batch($"{i}").ToByteArray(), messageId: id);
        }

        var inbox = new Inbox();
        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriter(inbox));

        await inbox.WaitForAsync(20);
        inbox.Producers.Distinct().Count().ShouldBe(20);
    }

    [Fact]
    public async Task Python_publishes_with_its_own_client()
    {
        InstalledPackage.RequireFile("/usr/lib/python3/dist-packages/pika/__init__.py", "python3-pika");
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var inbox = new Inbox();
        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriter(inbox));
        using var folder = new TempFolder();
        var script = folder.File("publish.py");
        await File.WriteAllTextAsync(
            script,
            """
            import sys, pika
            connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
            channel = connection.channel()
            channel.confirm_delivery()
            channel.basic_publish("recsys.listens", "", bytes.fromhex(sys.argv[2]),
                                  pika.BasicProperties(content_type="application/x-protobuf", delivery_mode=2), mandatory=True)
            connection.close()
            """,
            Cancel);

        await using var python = ChildProcess.StartPython(script, [broker.ToString(), Convert.ToHexString(Batch("pika").ToByteArray())]);

        (await python.WaitForExitAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, python.Output);
        await inbox.WaitForAsync(1);
        inbox.Producers.ShouldBe(["pika"]);
    }

    [Fact]
    public async Task A_malformed_body_goes_to_the_handler_and_the_queue_moves_on()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var inbox = new Inbox();
        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriterAndKeeper(inbox));
        await using var client = await PlainClient.ConnectAsync(broker);
        byte[] body = [0x0A, 0xFF, 0xFF, 0xFF];

        await client.PublishAsync("recsys.listens", body, headers: new Dictionary<string, object?> { ["origin"] = "kiosk 7", ["count"] = 3 });
        await host.Publisher.PublishAsync(Batch("good"), Cancel);

        await inbox.WaitForRejectedAsync(1);
        await inbox.WaitForAsync(1);
        inbox.Producers.ShouldBe(["good"]);
        var rejected = inbox.Rejected.ShouldHaveSingleItem();
        rejected.Queue.ShouldBe("ingest.listens");
        rejected.Body.ToArray().ShouldBe(body);
        rejected.Headers["origin"].ShouldBe("kiosk 7");
        rejected.Headers["count"].ShouldBe("3");
        rejected.Reason.ShouldContain("not a ListenBatch");
        rejected.IsMalformed.ShouldBeTrue();
        await client.WaitForEmptyAsync("ingest.listens");
    }

    [Fact]
    public async Task Without_a_handler_a_malformed_body_is_kept_in_the_queue_of_rejected_messages_until_there_is_one()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var inbox = new Inbox();
        await using var client = await PlainClient.ConnectAsync(broker);
        await using (await BusHost.StartAsync(broker, builder => builder.AddWriter(inbox)))
        {
            await client.PublishAsync("recsys.listens", [0xFF]);
            await client.WaitForCountAsync("ingest.listens.rejected", 1);
            await client.WaitForEmptyAsync("ingest.listens");
        }

        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriterAndKeeper(inbox));

        await inbox.WaitForRejectedAsync(1);
        var rejected = inbox.Rejected.ShouldHaveSingleItem();
        rejected.Body.ToArray().ShouldBe([0xFF]);
        rejected.Reason.ShouldContain("not a ListenBatch");
        await client.WaitForEmptyAsync("ingest.listens.rejected");
    }

    [Fact]
    public async Task A_store_that_comes_back_gets_every_message_and_none_was_given_up()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var isDown = true;
        var failures = 0;
        var inbox = new Inbox
        {
            BeforeTaking = _ =>
            {
                if (Volatile.Read(ref isDown))
                {
                    Interlocked.Increment(ref failures);
                    throw new IOException("The disk is away.");
                }

                return Task.CompletedTask;
            },
        };
        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriterAndKeeper(inbox));
        await using var client = await PlainClient.ConnectAsync(broker);
        var names = Enumerable.Range(0, 600).Select(i => $"batch-{i}").ToArray();

        await Task.WhenAll(names.Select(name => host.Publisher.PublishAsync(Batch(name), Cancel)));
        await Wait.UntilAsync(() => Volatile.Read(ref failures) >= 4, TimeSpan.FromSeconds(30), "a few attempts", Cancel);
        inbox.Messages.ShouldBeEmpty();
        Volatile.Write(ref isDown, false);

        await inbox.WaitForAsync(names.Length);
        inbox.Producers.Order(StringComparer.Ordinal).ShouldBe(names.Order(StringComparer.Ordinal));
        inbox.Rejected.ShouldBeEmpty();
        failures.ShouldBeLessThan(10);
        await client.WaitForEmptyAsync("ingest.listens");
    }

    [Fact]
    public async Task A_process_that_stops_while_its_store_is_away_gives_its_messages_back_once()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var failures = 0;
        var inbox = new Inbox
        {
            BeforeTaking = _ =>
            {
                Interlocked.Increment(ref failures);
                throw new IOException("The disk is away.");
            },
        };
        await using var client = await PlainClient.ConnectAsync(broker);
        await using (var host = await BusHost.StartAsync(broker, builder => builder.AddWriterAndKeeper(inbox)))
        {
            await host.Publisher.PublishAsync(Batch("kept"), Cancel);
            await Wait.UntilAsync(() => Volatile.Read(ref failures) >= 2, TimeSpan.FromSeconds(30), "two attempts", Cancel);
        }

        (await client.TakeDeliveryCountAsync("ingest.listens")).ShouldBeInRange(1, 3);
    }

    [Fact]
    public async Task One_message_that_its_consumer_fails_on_is_rejected_and_the_rest_of_its_batch_is_not()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var inbox = new Inbox
        {
            BeforeTaking = messages => messages.Cast<ListenBatch>().Any(batch => batch.Producer == "poison")
                ? throw new InvalidOperationException("This one never works.")
                : Task.CompletedTask,
        };
        await using (var producer = await BusHost.StartAsync(broker))
        {
            foreach (var name in new[] { "a", "poison", "b" })
            {
                await producer.Publisher.PublishAsync(Batch(name), Cancel);
            }
        }

        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriterAndKeeper(inbox));

        await inbox.WaitForAsync(2);
        await inbox.WaitForRejectedAsync(1);
        inbox.Producers.Order(StringComparer.Ordinal).ShouldBe(["a", "b"]);
        var rejected = inbox.Rejected.ShouldHaveSingleItem();
        ListenBatch.Parser.ParseFrom(rejected.Body.Span).Producer.ShouldBe("poison");
        rejected.Reason.ShouldContain("This one never works.");
        rejected.IsMalformed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_message_that_kills_its_consumer_is_given_up_after_the_delivery_limit()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var inbox = new Inbox();
        await using (var producer = await BusHost.StartAsync(broker))
        {
            await producer.Publisher.PublishAsync(Batch("deadly"), Cancel);
        }

        await using var client = await PlainClient.ConnectAsync(broker);
        for (var delivery = 0; delivery <= 20; delivery++)
        {
            await client.TakeAndGiveBackAsync("ingest.listens");
        }

        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriterAndKeeper(inbox));

        await inbox.WaitForRejectedAsync(1);
        ListenBatch.Parser.ParseFrom(inbox.Rejected.ShouldHaveSingleItem().Body.Span).Producer.ShouldBe("deadly");
        inbox.Rejected.Single().Reason.ShouldContain("delivered too often");
        inbox.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Instances_share_the_shared_queue_and_each_gets_every_message_of_its_own()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        Inbox firstShared = new(), secondShared = new(), firstOwn = new(), secondOwn = new();
        await using var first = await BusHost.StartAsync(broker, builder => builder.AddWriter(firstShared), "Bus:PrefetchCount=1");
        await using var second = await BusHost.StartAsync(broker, builder => builder.AddWriter(secondShared), "Bus:PrefetchCount=1");
        await using var third = await BusHost.StartAsync(broker, builder => builder.AddReader<ListenBatch>(firstOwn, "serving.listens"));
        await using var fourth = await BusHost.StartAsync(broker, builder => builder.AddReader<ListenBatch>(secondOwn, "serving.listens"));
        var names = Enumerable.Range(0, 100).Select(i => $"batch-{i:00}").ToArray();

        await Task.WhenAll(names.Select(name => first.Publisher.PublishAsync(Batch(name), Cancel)));

        await Wait.UntilAsync(() => firstShared.Messages.Count + secondShared.Messages.Count >= 100, TimeSpan.FromSeconds(30), "all", Cancel);
        await firstOwn.WaitForAsync(100);
        await secondOwn.WaitForAsync(100);
        firstShared.Producers.Concat(secondShared.Producers).Order(StringComparer.Ordinal).ShouldBe(names);
        firstShared.Messages.ShouldNotBeEmpty();
        secondShared.Messages.ShouldNotBeEmpty();
        firstOwn.Producers.Order(StringComparer.Ordinal).ShouldBe(names);
        secondOwn.Producers.Order(StringComparer.Ordinal).ShouldBe(names);
    }

    [Fact]
    public async Task Messages_that_wait_come_in_batches()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var inbox = new Inbox();
        await using (var producer = await BusHost.StartAsync(broker))
        {
            await Task.WhenAll(Enumerable.Range(0, 400).Select(i => producer.Publisher.PublishAsync(Batch($"{i}"), Cancel)));
        }

        inbox.BeforeTaking = _ => Task.Delay(20);
        await using var host = await BusHost.StartAsync(broker, builder => builder.AddWriter(inbox), "Bus:BatchLimit=100");

        await inbox.WaitForAsync(400);
        inbox.BatchSizes.Max().ShouldBe(100);
        inbox.BatchSizes.Count.ShouldBeLessThan(40);
    }

    [Fact]
    public async Task Messages_of_one_publisher_keep_their_order_for_a_consumer_of_single_messages()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var inbox = new Inbox();
        await using var host = await BusHost.StartAsync(broker, builder => builder.AddReader<TrainingProgress>(inbox, "trainer.progress"));

        for (var i = 0; i < 200; i++)
        {
            await host.Publisher.PublishAsync(new TrainingProgress { Message = $"{i}" }, Cancel);
        }

        await inbox.WaitForAsync(200);
        inbox.Messages.Cast<TrainingProgress>().Select(progress => progress.Message).ShouldBe(Enumerable.Range(0, 200).Select(i => $"{i}"));
    }

    [Fact]
    public async Task The_broker_has_our_queues_and_exchanges_and_nothing_else()
    {
        var broker = await rabbitMq.CreateVirtualHostAsync();
        await using var host = await BusHost.StartAsync(broker, builder =>
        {
            builder.AddWriterAndKeeper(new Inbox());
            builder.AddReader<ModelPublished>(new Inbox(), "candidate.models");
        });
        await host.Publisher.PublishAsync(Batch("a"), Cancel);
        await host.Publisher.PublishAsync(new ModelPublished(), Cancel);
        await host.Publisher.PublishAsync(new TrainingProgress(), Cancel);
        await using var client = await PlainClient.ConnectAsync(broker);
        await client.PublishAsync("recsys.listens", [0xFF]);
        await client.WaitForEmptyAsync("ingest.listens");
        var server = await rabbitMq.GetServerAsync();

        var queues = Lines(await server.ControlAsync(broker, "list_queues", "name", "type", "durable", "auto_delete", "arguments", "--no-table-headers"));
        var exchanges = Lines(await server.ControlAsync(broker, "list_exchanges", "name", "type", "durable", "--no-table-headers"));

        var own = queues.Single(queue => queue.StartsWith("candidate.models.", StringComparison.Ordinal));
        own.ShouldContain("classic\tfalse\ttrue");
        queues.Length.ShouldBe(3);
        var shared = queues.Single(queue => queue.StartsWith("ingest.listens\t", StringComparison.Ordinal));
        shared.ShouldContain("ingest.listens\tquorum\ttrue\tfalse");
        shared.ShouldContain("\"x-dead-letter-exchange\",\"ingest.listens.rejected\"");
        shared.ShouldContain("\"x-delivery-limit\",20");
        shared.ShouldContain("\"x-queue-type\",\"quorum\"");
        queues.Single(queue => queue.StartsWith("ingest.listens.rejected\t", StringComparison.Ordinal)).ShouldContain("\tquorum\ttrue");
        exchanges.Where(exchange => !exchange.StartsWith("amq.", StringComparison.Ordinal) && !exchange.StartsWith("candidate.models.", StringComparison.Ordinal) && !exchange.StartsWith('\t'))
            .Order(StringComparer.Ordinal)
            .ShouldBe([
                "ingest.listens\tfanout\ttrue",
                "ingest.listens.rejected\tfanout\ttrue",
                "recsys.listens\tfanout\ttrue",
                "recsys.models\tfanout\ttrue",
                "recsys.training\tfanout\ttrue",
            ]);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
