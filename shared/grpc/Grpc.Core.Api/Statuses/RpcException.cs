namespace Grpc.Core;

/// <summary>A call that didn't end with OK: on the client as received, on the server as it shall be sent.</summary>
public class RpcException : Exception
{
    /// <summary>Makes an exception without trailers.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty)
    {
    }

    /// <summary>Makes an exception with trailers.</summary>
    public RpcException(Status status, Metadata trailers)
        : base(status.ToString(), status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The status's code.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The metadata that came, or shall go, with the status.</summary>
    public Metadata Trailers { get; }
}
