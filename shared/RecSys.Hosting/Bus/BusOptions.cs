namespace RecSys.Hosting.Bus;

/// <summary>Settings of the message bus, section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Bus";

    /// <summary><c>rabbitmq</c> or <c>memory</c>. Default memory.</summary>
    public BusTransport Transport { get; init; } = BusTransport.Memory;

    /// <summary>
    /// RabbitMQ's address, <c>amqp://user:password@host:port/virtual-host</c> (amqps for TLS). Only for transport rabbitmq.
    /// Default <c>amqp://guest:guest@127.0.0.1:5672/</c>.
    /// </summary>
    public Uri Uri { get; init; } = new("amqp://guest:guest@127.0.0.1:5672/");

    /// <summary>
    /// The longest time until a published message is confirmed (rabbitmq) or consumed (memory), 100 ms to 5 min; then
    /// publishing fails as unavailable. Default 5 s.
    /// </summary>
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Number of messages that the broker hands to one consumer ahead of their acknowledgement, 1 to 10,000. At least
    /// <see cref="BatchLimit"/>, or batches stay smaller. Default 256.
    /// </summary>
    public int PrefetchCount { get; init; } = 256;

    /// <summary>
    /// Number of messages that a consumer of single messages works on at the same time, 1 to 1,000; 1 keeps their order. A
    /// batch consumer always works on one batch at a time. Default 1.
    /// </summary>
    public int ConcurrencyLimit { get; init; } = 1;

    /// <summary>The most messages that a batch consumer is given at once, 1 to 10,000. Default 128.</summary>
    public int BatchLimit { get; init; } = 128;

    /// <summary>The first problem with these settings and what to do about it; null when there is none.</summary>
    internal string? Problem()
    {
        if (Transport == BusTransport.RabbitMq && (!Uri.IsAbsoluteUri || Uri.Scheme is not ("amqp" or "amqps")))
        {
            return "Bus:Uri must look like amqp://user:password@host:5672/virtual-host.";
        }

        if (PublishTimeout < TimeSpan.FromMilliseconds(100) || PublishTimeout > TimeSpan.FromMinutes(5))
        {
            return "Bus:PublishTimeout must be between 00:00:00.1 and 00:05:00.";
        }

        return OutOfRange(nameof(PrefetchCount), PrefetchCount, 10_000)
            ?? OutOfRange(nameof(ConcurrencyLimit), ConcurrencyLimit, 1_000)
            ?? OutOfRange(nameof(BatchLimit), BatchLimit, 10_000);
    }

    private static string? OutOfRange(string key, int value, int maximum) =>
        value >= 1 && value <= maximum ? null : $"Bus:{key} must be between 1 and {maximum}.";
}
