namespace Grpc.Core;

/// <summary>The requests that a client streams.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the stream; the response can come now.</summary>
    Task CompleteAsync();
}
