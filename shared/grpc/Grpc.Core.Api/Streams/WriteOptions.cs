namespace Grpc.Core;

/// <summary>How messages are written.</summary>
public class WriteOptions(WriteFlags flags = default)
{
    /// <summary>The flags.</summary>
    public WriteFlags Flags { get; } = flags;
}
