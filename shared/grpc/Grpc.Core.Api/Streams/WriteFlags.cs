namespace Grpc.Core;

/// <summary>How a message is written. The numbers are those of the official assembly.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>The message may wait in a buffer for the next one.</summary>
    BufferHint = 0x1,

    /// <summary>The message isn't compressed even if the call is.</summary>
    NoCompress = 0x2,
}
