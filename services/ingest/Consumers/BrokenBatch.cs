using System.Text;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// A body that can't be parsed as a batch of events, taken apart: one event that is not valid text must not take the others of its
/// message with it.
/// </summary>
/// <param name="Producer">The producer's name for itself; bytes that are not text are U+FFFD.</param>
/// <param name="Good">The events that can be parsed. Whether they keep the rules is another matter.</param>
/// <param name="Bad">The others.</param>
/// <typeparam name="TEvent">The event.</typeparam>
internal sealed record BrokenBatch<TEvent>(string Producer, IReadOnlyList<TEvent> Good, IReadOnlyList<BrokenEvent> Bad)
    where TEvent : class, IMessage<TEvent>, new()
{
    private static readonly MessageParser<TEvent> Parser = new(() => new TEvent());
    private static readonly MessageDescriptor Event = new TEvent().Descriptor;
    private static readonly string NotAnEvent = $"is not {(Event.Name[0] is 'E' ? "an" : "a")} {Event.Name}";

    /// <summary>Takes a body apart; null when no part of it is an event.</summary>
    public static BrokenBatch<TEvent>? TakeApart(byte[] body)
    {
        try
        {
            var fields = FieldsOf(body);
            var producer = fields.LastOrDefault(field => field.Number == ListenBatch.ProducerFieldNumber).Bytes ?? ByteString.Empty;
            var good = new List<TEvent>();
            var bad = new List<BrokenEvent>();
            foreach (var (_, bytes) in fields.Where(field => field.Number == ListenBatch.ListensFieldNumber))
            {
                if (FaultOf(bytes) is { } reason)
                {
                    bad.Add(new BrokenEvent(AsBatch(bytes, producer), reason));
                }
                else
                {
                    good.Add(Parser.ParseFrom(bytes));
                }
            }

            return good.Count > 0 || bad.Any(item => item.Reason != NotAnEvent)
                ? new BrokenBatch<TEvent>(Encoding.UTF8.GetString(producer.Span), good, bad)
                : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static string? FaultOf(ByteString bytes)
    {
        try
        {
            var noText = FieldsOf(bytes.ToByteArray())
                .Select(field => (Field: Event.FindFieldByNumber(field.Number), field.Bytes))
                .FirstOrDefault(field => field.Field is { FieldType: FieldType.String } && !Utf8.IsValid(field.Bytes.Span))
                .Field;
            if (noText is not null)
            {
                return $"{noText.Name} is not UTF-8";
            }

            Parser.ParseFrom(bytes);
            return null;
        }
        catch (InvalidProtocolBufferException)
        {
            return NotAnEvent;
        }
    }

    /// <summary>The fields that have a length: texts and messages.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no protobuf message.</exception>
    private static List<(int Number, ByteString Bytes)> FieldsOf(byte[] message)
    {
        var fields = new List<(int, ByteString)>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                fields.Add((WireFormat.GetTagFieldNumber(tag), input.ReadBytes()));
            }
            else
            {
                input.SkipLastField();
            }
        }

        return fields;
    }

    /// <summary>The bytes as a batch of one, as every other body in the store.</summary>
    private static byte[] AsBatch(ByteString item, ByteString producer)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(ListenBatch.ListensFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(item);
            if (!producer.IsEmpty)
            {
                output.WriteTag(ListenBatch.ProducerFieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(producer);
            }
        }

        return bytes.ToArray();
    }
}

/// <summary>An event that can't be parsed.</summary>
/// <param name="Body">A batch of it alone, with its bytes as they came.</param>
/// <param name="Reason">What is wrong with it.</param>
internal sealed record BrokenEvent(byte[] Body, string Reason);
