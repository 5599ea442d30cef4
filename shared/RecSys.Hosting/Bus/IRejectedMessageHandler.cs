namespace RecSys.Hosting.Bus;

/// <summary>Keeps the messages of a shared queue that can't be consumed, so that a person can look at them and replay them.</summary>
public interface IRejectedMessageHandler
{
    /// <summary>Keeps a message; it is acknowledged when the task completes, so that the queue moves on.</summary>
    /// <exception cref="Exception">The message is not acknowledged: it is kept and tried again later.</exception>
    Task HandleAsync(RejectedMessage message, CancellationToken cancellationToken);
}
