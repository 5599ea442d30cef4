using System.Text;
using System.Text.Unicode;
using Google.Protobuf;
using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// A body that can't be parsed as a <see cref="ListenBatch"/>, taken apart: one listen that is not valid text must not take the
/// others of its message with it.
/// </summary>
/// <param name="Producer">The producer's name for itself; bytes that are not text are U+FFFD.</param>
/// <param name="Good">The listens that can be parsed. Whether they keep the rules is another matter.</param>
/// <param name="Bad">The others.</param>
internal sealed record BrokenBatch(string Producer, IReadOnlyList<Listen> Good, IReadOnlyList<BrokenListen> Bad)
{
    private const string NotAListen = "is not a Listen";

    /// <summary>Takes a body apart; null when no part of it is a listen.</summary>
    public static BrokenBatch? TakeApart(byte[] body)
    {
        try
        {
            var fields = FieldsOf(body);
            var producer = fields.LastOrDefault(field => field.Number == ListenBatch.ProducerFieldNumber).Bytes ?? ByteString.Empty;
            var good = new List<Listen>();
            var bad = new List<BrokenListen>();
            foreach (var (_, listen) in fields.Where(field => field.Number == ListenBatch.ListensFieldNumber))
            {
                if (FaultOf(listen) is { } reason)
                {
                    bad.Add(new BrokenListen(AsBatch(listen, producer), reason));
                }
                else
                {
                    good.Add(Listen.Parser.ParseFrom(listen));
                }
            }

            return good.Count > 0 || bad.Any(listen => listen.Reason != NotAListen)
                ? new BrokenBatch(Encoding.UTF8.GetString(producer.Span), good, bad)
                : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static string? FaultOf(ByteString listen)
    {
        try
        {
            var noText = FieldsOf(listen.ToByteArray())
                .Select(field => (Field: Listen.Descriptor.FindFieldByNumber(field.Number), field.Bytes))
                .FirstOrDefault(field => field.Field is { FieldType: Google.Protobuf.Reflection.FieldType.String } && !Utf8.IsValid(field.Bytes.Span))
                .Field;
            if (noText is not null)
            {
                return $"{noText.Name} is not UTF-8";
            }

            Listen.Parser.ParseFrom(listen);
            return null;
        }
        catch (InvalidProtocolBufferException)
        {
            return NotAListen;
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
    private static byte[] AsBatch(ByteString listen, ByteString producer)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(ListenBatch.ListensFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(listen);
            if (!producer.IsEmpty)
            {
                output.WriteTag(ListenBatch.ProducerFieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(producer);
            }
        }

        return bytes.ToArray();
    }
}

/// <summary>A listen that can't be parsed.</summary>
/// <param name="Body">A batch of it alone, with its bytes as they came.</param>
/// <param name="Reason">What is wrong with it.</param>
internal sealed record BrokenListen(byte[] Body, string Reason);
