using RabbitMQ.Client;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>An AMQP client that knows nothing of us.</summary>
internal sealed class PlainClient(IConnection connection, IChannel channel) : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static async Task<PlainClient> ConnectAsync(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        return new PlainClient(connection, channel);
    }

    public async Task PublishAsync(
        string exchange, byte[] body, string? contentType = null, IDictionary<string, object?>? headers = null, Guid? messageId = null)
    {
        var properties = new BasicProperties { Headers = headers, Persistent = true };
        if (contentType is not null)
        {
            properties.ContentType = contentType;
        }

        if (messageId is { } id)
        {
            properties.MessageId = id.ToString();
        }

        await channel.BasicPublishAsync(exchange, "", mandatory: true, properties, body);
    }

    public Task DeclareAsync(string queue) => channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);

    public Task DeleteAsync(string queue) => channel.QueueDeleteAsync(queue);

    /// <summary>Takes the queue's first message and gives it back, as a broken connection would.</summary>
    public async Task TakeAndGiveBackAsync(string queue)
    {
        BasicGetResult? message = null;
        await Wait.UntilAsync(
            async () => (message = await channel.BasicGetAsync(queue, autoAck: false)) is not null, Timeout, $"a message in {queue}");
        await channel.BasicNackAsync(message!.DeliveryTag, multiple: false, requeue: true);
    }

    /// <summary>Takes the queue's first message for good and returns how often it had been delivered in vain.</summary>
    public async Task<long> TakeDeliveryCountAsync(string queue)
    {
        BasicGetResult? message = null;
        await Wait.UntilAsync(
            async () => (message = await channel.BasicGetAsync(queue, autoAck: true)) is not null, Timeout, $"a message in {queue}");
        return message!.BasicProperties.Headers?["x-delivery-count"] is long count ? count : 0;
    }

    /// <summary>Waits until the queue holds so many messages that no consumer has in hand.</summary>
    public Task WaitForCountAsync(string queue, uint count) =>
        Wait.UntilAsync(async () => await channel.MessageCountAsync(queue) == count, Timeout, $"{count} messages in {queue}");

    /// <summary>Waits until the queue is empty and nothing is unacknowledged: until it could be deleted as empty.</summary>
    public Task WaitForEmptyAsync(string queue) => WaitForCountAsync(queue, 0);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
