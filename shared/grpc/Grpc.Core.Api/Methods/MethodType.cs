namespace Grpc.Core;

/// <summary>Which side of a call sends a stream.</summary>
public enum MethodType
{
    /// <summary>Neither: one request, one response.</summary>
    Unary,

    /// <summary>The client.</summary>
    ClientStreaming,

    /// <summary>The server.</summary>
    ServerStreaming,

    /// <summary>Both.</summary>
    DuplexStreaming,
}
