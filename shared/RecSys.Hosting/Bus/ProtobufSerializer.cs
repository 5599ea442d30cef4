using System.Net.Mime;
using Google.Protobuf;
using MassTransit;
using MassTransit.Serialization;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Bodies are the protobuf encoding of the message and nothing around it. The type is not written anywhere: it is what the
/// consumer of the queue asks for, so that a producer needs no more than the .proto file.
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
        new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        new ProtobufSerializerContext(this, new RawMessageContext(headers, destinationAddress, RawSerializerOptions.Default), body.GetBytes());

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) => context.CreateScope("protobuf").Add("contentType", BusTopology.ContentType);
}
