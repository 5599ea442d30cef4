using System.Globalization;
using MassTransit;

namespace RecSys.Hosting.Bus;

/// <summary>
/// When the broker got a message. RabbitMQ 3.12 and later write it into each message when its setting
/// <c>message_interceptors.incoming.set_header_timestamp.overwrite</c> is true; it stays the same however often the message is delivered.
/// </summary>
public static class BrokerTime
{
    /// <summary>The header, in milliseconds since 1970.</summary>
    public const string Header = "timestamp_in_ms";

    private static readonly long LastMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>The time in a received message; null where the broker writes none.</summary>
    public static DateTimeOffset? Of(ConsumeContext context) =>
        context.ReceiveContext.TransportHeaders.TryGetHeader(Header, out var value) ? Parse(Convert.ToString(value, CultureInfo.InvariantCulture)) : null;

    /// <summary>The time in a message that could not be consumed; null where the broker writes none.</summary>
    public static DateTimeOffset? Of(RejectedMessage message) => Parse(message.Headers.GetValueOrDefault(Header));

    private static DateTimeOffset? Parse(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= LastMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}
