namespace Grpc.Core;

/// <summary>Makes marshallers; generated code calls it once for each message type.</summary>
public static class Marshallers
{
    /// <summary>Makes a marshaller of the two directions.</summary>
    public static Marshaller<T> Create<T>(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer) =>
        new(serializer, deserializer);
}
