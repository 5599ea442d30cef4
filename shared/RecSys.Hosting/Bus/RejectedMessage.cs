using System.Globalization;
using System.Text;
using MassTransit;

namespace RecSys.Hosting.Bus;

/// <summary>
/// A message of a shared queue that can't be consumed, as the consumer of the queue's rejected messages gets it. MassTransit's
/// error transport or the broker's dead-letter exchange has moved it there, with its bytes and the reason in headers.
/// </summary>
/// <param name="Queue">The queue that it came from.</param>
/// <param name="Body">The bytes as they came, whatever they are.</param>
/// <param name="Headers">The message's headers as text.</param>
/// <param name="Reason">One line for a person: what is wrong with it.</param>
/// <param name="IsMalformed">True when the body is not a message of the expected type; false when its consumer keeps failing on it.</param>
public sealed record RejectedMessage(
    string Queue, ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, string> Headers, string Reason, bool IsMalformed)
{
    private const string DeathReasonHeader = "x-first-death-reason";

    /// <summary>Reads a message that lies in the queue of rejected messages.</summary>
    internal static RejectedMessage From(Uri? address, Headers transportHeaders, byte[] body)
    {
        var headers = transportHeaders.GetAll().ToDictionary(header => header.Key, header => Text(header.Value), StringComparer.Ordinal);
        var queue = address?.Segments[^1] ?? "";
        var exceptionType = headers.GetValueOrDefault(MessageHeaders.FaultExceptionType, "");
        exceptionType = exceptionType[(exceptionType.LastIndexOf('.') + 1)..];
        var isMalformed = exceptionType == nameof(MalformedMessageException);
        var reason = (exceptionType, headers.GetValueOrDefault(DeathReasonHeader, "")) switch
        {
            ({ Length: > 0 }, _) => (isMalformed ? "" : exceptionType + ": ") + headers.GetValueOrDefault(MessageHeaders.FaultMessage, ""),
            (_, "delivery_limit") => "It was delivered too often without an acknowledgement: its consumer may have crashed on it.",
            (_, var death) => $"The broker gave up on it ({death}).",
        };
        return new RejectedMessage(
            queue.EndsWith(BusQueue.RejectedEnd, StringComparison.Ordinal) ? queue[..^BusQueue.RejectedEnd.Length] : queue, body, headers, reason.ReplaceLineEndings(" "), isMalformed);
    }

    private static string Text(object? header) => header switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => header?.ToString() ?? "",
    };
}
