using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using Google.Protobuf;
using MassTransit;
using MassTransit.Serialization;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Bodies are the protobuf encoding of the message and nothing around it. The type is not written anywhere: it is what the
/// consumer of the queue asks for, so that a producer needs no more than the .proto file. MassTransit has no such serializer.
/// </summary>
internal sealed class ProtobufSerializer : ISerializerFactory, IMessageSerializer, IMessageDeserializer
{
    private static readonly ContentType Type = new(BusTopology.ContentType);

    public ContentType ContentType => Type;

    public IMessageSerializer CreateSerializer() => this;

    public IMessageDeserializer CreateDeserializer() => this;

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class =>
        new BytesMessageBody(context.Message is IMessage message
            ? message.ToByteArray()
            : throw new ArgumentException($"{typeof(T).Name} is not a protobuf message.", nameof(context)));

    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        new ReceivedMessage(receiveContext, new ReceivedBody(this, receiveContext.TransportHeaders, receiveContext.InputAddress, receiveContext.Body));

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        new ReceivedBody(this, headers, destinationAddress, body);

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) => context.CreateScope("protobuf").Add("contentType", BusTopology.ContentType);

    /// <summary>A message without an id: MassTransit's batches would take those with the same id for one, whoever gave it.</summary>
    private sealed class ReceivedMessage(ReceiveContext received, SerializerContext body) : BodyConsumeContext(received, body)
    {
        public override Guid? MessageId => null;
    }

    /// <summary>One received body, read as whatever message type it is asked for.</summary>
    private sealed class ReceivedBody(ProtobufSerializer serializer, Headers headers, Uri? address, MessageBody body)
        : BaseSerializerContext(SystemTextJsonMessageSerializer.Instance, new RawMessageContext(headers, address, RawSerializerOptions.Default), [])
    {
        public override bool IsSupportedMessageType<T>() => IsSupportedMessageType(typeof(T));

        public override bool IsSupportedMessageType(Type messageType) =>
            messageType == typeof(RejectedMessage) || (messageType.IsClass && messageType.IsAssignableTo(typeof(IMessage)));

        public override bool TryGetMessage<T>([NotNullWhen(true)] out T? message)
            where T : class
        {
            message = TryGetMessage(typeof(T), out var read) ? (T)read : null;
            return message is not null;
        }

        /// <exception cref="MalformedMessageException">The body is not such a message.</exception>
        public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? message)
        {
            message = null;
            if (messageType == typeof(RejectedMessage))
            {
                message = RejectedMessage.From(address, headers, body.GetBytes());
            }
            else if (IsSupportedMessageType(messageType))
            {
                message = Parse((IMessage)Activator.CreateInstance(messageType)!);
            }

            return message is not null;
        }

        public override IMessageSerializer GetMessageSerializer() => serializer;

        public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T message) => serializer;

        public override IMessageSerializer GetMessageSerializer(object message, string[] messageTypes) => serializer;

        public override Dictionary<string, object> ToDictionary<T>(T? message)
            where T : class => [];

        private IMessage Parse(IMessage message)
        {
            try
            {
                message.MergeFrom(body.GetBytes());
                return message;
            }
            catch (InvalidProtocolBufferException exception)
            {
                throw new MalformedMessageException(message.Descriptor.Name, exception.Message);
            }
        }
    }
}

/// <summary>A body is not a message of the type that its queue carries.</summary>
/// <remarks>Wraps no other exception: of one that does, MassTransit keeps the innermost message with the rejected body.</remarks>
internal sealed class MalformedMessageException(string messageType, string parserMessage)
    : Exception($"The body is not a {messageType} in protobuf encoding: {FirstSentence(parserMessage)}")
{
    /// <summary>The parser goes on about likely causes.</summary>
    private static string FirstSentence(string text) => text.IndexOf(". ", StringComparison.Ordinal) is var end and > 0 ? text[..(end + 1)] : text;
}
