using Google.Protobuf;
using RabbitMQ.Client;
using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.Tests.Consumers;

/// <summary>A program that publishes listens to the broker without asking ingest.</summary>
internal sealed class ForeignProducer(IConnection connection, IChannel channel) : IAsyncDisposable
{
    private const string Exchange = "recsys.listens";
    private const string Queue = "ingest.listens";

    public static async Task<ForeignProducer> ConnectAsync(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        return new ForeignProducer(connection, channel);
    }

    public Task PublishAsync(string producer, params Listen[] listens) =>
        PublishAsync(new ListenBatch { Producer = producer, Listens = { listens } }.ToByteArray());

    /// <summary>Returns when the broker has confirmed.</summary>
    public async Task PublishAsync(byte[] body, string? producerHeader = null)
    {
        var properties = new BasicProperties { ContentType = "application/x-protobuf", Persistent = true };
        if (producerHeader is not null)
        {
            properties.Headers = new Dictionary<string, object?> { ["producer"] = producerHeader };
        }

        await channel.BasicPublishAsync(Exchange, "", mandatory: true, properties, body);
    }

    /// <summary>Messages that wait in the writer's queue, in nobody's hands.</summary>
    public Task<uint> CountWaitingAsync() => channel.MessageCountAsync(Queue);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
