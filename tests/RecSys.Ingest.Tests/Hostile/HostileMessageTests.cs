using Google.Protobuf;
using RabbitMQ.Client;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Deletions;
using RecSys.Hosting;
using RecSys.Ingest.Consumers;
using RecSys.Ingest.Tests.Consumers;
using RecSys.Ingest.Validation;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Hostile;

/// <summary>Messages on RabbitMQ that nobody should publish: the listens in them are stored, the rest is kept with a reason, and the queues are empty after it.</summary>
public sealed class HostileMessageTests(PostgresFixture postgres, RabbitMqFixture broker)
{
    private const int Count = 250;

    private static readonly string?[] ContentTypes =
    [
        null, "", " ", "application/x-protobuf", "application/x-protobuf; charset=", "text/plain", "application/json", "application/vnd.masstransit+json",
        "application/vnd.masstransit.aes", ";;;", "/", "application/", "a b/c", "приложение/протобуф", "application/x-protobuf\r\nX: y", new('x', 255),
    ];

    private static readonly string[] HeaderNames =
    [
        "producer", "timestamp_in_ms", "MT-Host-MachineName", "MT-Fault-ExceptionType", "MT-Fault-Message", "MT-Fault-StackTrace", "MT-Fault-RetryCount", "MT-Redelivery-Count",
        "MT-Reason", "MT-Activity-Id", "MT-Forwarder-Address", "MT-Quartz-Sent", "MessageId", "message-id", "Content-Type", "ConversationId", "SourceAddress", "InitiatorId",
        "traceparent", "tracestate", "x-first-death-reason", "x-delivery-count", "x-delay", "", "имя", "Expires",
    ];

    [Fact]
    public async Task Every_message_is_stored_or_kept_whatever_its_body_headers_and_properties_are()
    {
        var virtualHost = await broker.CreateVirtualHostAsync();
        await using var ingest = await IngestHost.StartAsync(await postgres.CreateDatabaseAsync(), virtualHost, ("Database:RecentListensPerUser", "100000"));
        await using var producer = await ForeignProducer.ConnectAsync(virtualHost);
        var random = new Random(HostileInputs.Seed);
        var now = DateTimeOffset.UtcNow;
        var good = new HashSet<ListenIdentity>();
        var kept = 0;
        foreach (var (_, body) in HostileListens.Take(Count))
        {
            var (batch, isWhole) = Read(body);
            var screened = ListenScreening.Screen(batch.Good, isWhole ? ListenRules.ArrivalOf(ListenBatch.Parser.ParseFrom(body), now) : now, DeletedUsers.None);
            good.UnionWith(screened.Good.Select(listen => new ListenIdentity(listen)));
            kept += screened.Bad.Count + batch.Bad.Count + (batch.Good.Count + batch.Bad.Count == 0 ? 1 : 0);
            await producer.PublishAsync(body, OddProperties(random));
        }

        await producer.PublishAsync("player", Samples.Listen(9_999));
        good.Add(new ListenIdentity(Samples.Listen(9_999)));

        await Wait.UntilAsync(
            async () => await producer.CountWaitingAsync() == 0 && (await ingest.CountAsync()).Lake == good.Count, TimeSpan.FromSeconds(60), $"{good.Count} listens in the lake");
        await Wait.UntilAsync(async () => await producer.CountRejectedAsync() == 0, TimeSpan.FromSeconds(60), "the rejected messages to be kept");
        var (history, lake, rejected) = await ingest.CountAsync();
        (history, lake).ShouldBe((good.Count, good.Count));
        rejected.ShouldBeInRange(Count / 4, kept, "each once, however often it came");
        (await ingest.Rejected.GetNewestAsync(Count, CancellationToken.None)).ShouldAllBe(row => row.Reason.Length > 0);
    }

    private static BasicProperties OddProperties(Random random)
    {
        var properties = new BasicProperties { ContentType = Any(ContentTypes), Headers = new Dictionary<string, object?>() };
        for (var i = random.Next(4); i > 0; i--)
        {
            properties.Headers[Any(HeaderNames)] = Any<object?>(
            [
                null, "", "text", "\0", "MalformedMessageException", "-1", "::not a uri::", "00-0-0-00", new byte[] { 0xFF, 0xFE }, -1, long.MaxValue, double.MinValue, true,
                new AmqpTimestamp(long.MaxValue), new List<object?> { 1, null }, new Dictionary<string, object?> { ["a"] = new List<object?>() }, new string('x', 5_000),
            ]);
        }

        foreach (var set in new Action<string>[]
        {
            text => properties.MessageId = text, text => properties.CorrelationId = text, text => properties.ReplyTo = text, text => properties.Type = text,
            text => properties.AppId = text, text => properties.ContentEncoding = text, _ => properties.Timestamp = new AmqpTimestamp(random.NextInt64()),
            _ => properties.Priority = 255, _ => properties.Persistent = true,
        }.Where(_ => random.Next(5) == 0))
        {
            set(Any(["", "x", "gzip", "00000000-0000-0000-0000-000000000000", "идентификатор", "rabbitmq://nowhere/queue", "amq.rabbitmq.reply-to.x"]));
        }

        return properties;

        T Any<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];
    }

    private static (BrokenBatch<Listen> Batch, bool IsWhole) Read(byte[] body)
    {
        try
        {
            var batch = ListenBatch.Parser.ParseFrom(body);
            return (new BrokenBatch<Listen>(batch.Producer, batch.Listens, []), true);
        }
        catch (InvalidProtocolBufferException)
        {
            return (BrokenBatch<Listen>.TakeApart(body) ?? new BrokenBatch<Listen>("", [], []), false);
        }
    }
}
