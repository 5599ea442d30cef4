using Google.Protobuf;
using RabbitMQ.Client;
using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.Tests.Consumers;

/// <summary>A program that publishes listens, or events of another kind, to the broker without asking ingest.</summary>
internal sealed class ForeignProducer(IConnection connection, IChannel channel, string kind) : IAsyncDisposable
{
    /// <param name="broker">The virtual host.</param>
    /// <param name="kind">The kind of the events, by which exchange and queue are called.</param>
    public static async Task<ForeignProducer> ConnectAsync(Uri broker, string kind = "listens")
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        return new ForeignProducer(connection, channel, kind);
    }

    public Task PublishAsync(string producer, params Listen[] listens) =>
        PublishAsync(new ListenBatch { Producer = producer, Listens = { listens } }.ToByteArray());

    /// <summary>Returns when the broker has confirmed.</summary>
    /// <param name="body">The bytes of the message.</param>
    /// <param name="producerHeader">The producer's name for itself in the headers.</param>
    /// <param name="brokerTime">What a broker of 3.12 or later writes into each message; the one here is older.</param>
    public async Task PublishAsync(byte[] body, string? producerHeader = null, DateTimeOffset? brokerTime = null)
    {
        var properties = new BasicProperties { ContentType = "application/x-protobuf", Persistent = true };
        properties.Headers = new Dictionary<string, object?>();
        if (producerHeader is not null)
        {
            properties.Headers["producer"] = producerHeader;
        }

        if (brokerTime is { } time)
        {
            properties.Headers["timestamp_in_ms"] = time.ToUnixTimeMilliseconds();
        }

        await PublishAsync(body, properties);
    }

    /// <summary>With whatever properties and headers.</summary>
    public async Task PublishAsync(byte[] body, BasicProperties properties) => await channel.BasicPublishAsync($"recsys.{kind}", "", mandatory: true, properties, body);

    /// <summary>Messages that wait in the writer's queue, in nobody's hands.</summary>
    public Task<uint> CountWaitingAsync() => channel.MessageCountAsync($"ingest.{kind}");

    /// <summary>Takes the message that waits in the writer's queue, and is gone without having acknowledged it.</summary>
    public async Task TakeAndLoseAsync()
    {
        (await channel.BasicGetAsync($"ingest.{kind}", autoAck: false)).ShouldNotBeNull();
        await channel.CloseAsync();
    }

    /// <summary>Messages that can't be consumed and wait for their keeper.</summary>
    public Task<uint> CountRejectedAsync() => channel.MessageCountAsync($"ingest.{kind}.rejected");

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
