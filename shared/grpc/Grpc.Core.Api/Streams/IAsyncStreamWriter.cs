namespace Grpc.Core;

/// <summary>The messages that this side streams.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the next messages are written; null for the default.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes a message; one write at a time.</summary>
    Task WriteAsync(T message);

    /// <summary>Writes a message unless cancelled before.</summary>
    /// <exception cref="NotSupportedException">This writer can't cancel a write.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? throw new NotSupportedException("This stream writer can't cancel a write.")
        : WriteAsync(message);
}
