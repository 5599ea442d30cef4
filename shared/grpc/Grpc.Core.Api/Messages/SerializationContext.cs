using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller writes a message.</summary>
public abstract class SerializationContext
{
    /// <summary>Gives the whole message at once.</summary>
    public abstract void Complete(byte[] payload);

    /// <summary>The buffer to write the message to, before <see cref="Complete()"/>.</summary>
    public abstract IBufferWriter<byte> GetBufferWriter();

    /// <summary>Says how many bytes will be written, before <see cref="GetBufferWriter"/>.</summary>
    public abstract void SetPayloadLength(int payloadLength);

    /// <summary>Says that the message has been written.</summary>
    public abstract void Complete();
}
