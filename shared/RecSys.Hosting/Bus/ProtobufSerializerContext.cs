using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Google.Protobuf;
using MassTransit;
using MassTransit.Serialization;

namespace RecSys.Hosting.Bus;

/// <summary>One received body, read as whatever message type it is asked for.</summary>
internal sealed class ProtobufSerializerContext(ProtobufSerializer serializer, MessageContext message, byte[] body)
    : BaseSerializerContext(SystemTextJsonMessageSerializer.Instance, message, [])
{
    private static readonly ConcurrentDictionary<Type, MessageParser?> Parsers = new();

    public override bool IsSupportedMessageType<T>() => IsSupportedMessageType(typeof(T));

    public override bool IsSupportedMessageType(Type messageType) => ParserOf(messageType) is not null;

    public override bool TryGetMessage<T>([NotNullWhen(true)] out T? message)
        where T : class
    {
        message = TryGetMessage(typeof(T), out var parsed) ? (T)parsed : null;
        return message is not null;
    }

    /// <exception cref="MalformedMessageException">The body is not such a message.</exception>
    public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? message)
    {
        message = null;
        if (ParserOf(messageType) is not { } parser)
        {
            return false;
        }

        try
        {
            message = parser.ParseFrom(body);
            return true;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new MalformedMessageException(messageType.Name, exception);
        }
    }

    public override IMessageSerializer GetMessageSerializer() => serializer;

    public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T message) => serializer;

    public override IMessageSerializer GetMessageSerializer(object message, string[] messageTypes) => serializer;

    public override Dictionary<string, object> ToDictionary<T>(T? message)
        where T : class => [];

    private static MessageParser? ParserOf(Type messageType) => Parsers.GetOrAdd(
        messageType,
        type => type.IsAssignableTo(typeof(IMessage))
            ? type.GetProperty("Parser", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as MessageParser
            : null);
}
