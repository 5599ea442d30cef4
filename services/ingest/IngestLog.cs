using RecSys.Contracts.Ingest.V1;

namespace RecSys.Ingest;

/// <summary>What ingest logs. Event ids are stable; none of it names a user or a track.</summary>
internal static partial class IngestLog
{
    [LoggerMessage(6001, LogLevel.Debug,
        "Stored {Good} {Kind}, refused {Bad} and dropped {Deleted} of deleted users of {Messages} messages in {Milliseconds:F0} ms.")]
    public static partial void EventsStored(ILogger logger, int good, EventKind kind, int bad, int deleted, int messages, double milliseconds);

    [LoggerMessage(6002, LogLevel.Warning,
        "A message of {Bytes} bytes in queue {Queue} can't be consumed and is kept in rejected_listens: {Reason}")]
    public static partial void MessageRejected(ILogger logger, string queue, int bytes, string reason);

    [LoggerMessage(6005, LogLevel.Warning,
        "A message of {Bytes} bytes in queue {Queue} is no {Batch}. Of its events {Good} are published again and {Bad} kept in rejected_listens.")]
    public static partial void MessageTakenApart(ILogger logger, string queue, int bytes, string batch, int good, int bad);

    [LoggerMessage(6007, LogLevel.Information,
        "A person's data was deleted (deletion {Number}): {Listens} recent listens, {Rejected} rejected ones, {Lists} recommendation lists. Files and models follow.")]
    public static partial void UserDeleted(ILogger logger, long number, int listens, int rejected, int lists);

    [LoggerMessage(6006, LogLevel.Information, "Removed {Rows} rejected listens and exposures that were too old or too many.")]
    public static partial void RejectedListensRemoved(ILogger logger, int rows);
}
