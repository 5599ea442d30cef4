using Grpc.Core;
using RecSys.Data;

namespace RecSys.Hosting.Errors;

/// <summary>
/// A failure that the caller should hear of: a status code, a stable reason for programs, and a message for people that says
/// what to do next. It goes out as google.rpc.Status over gRPC and as problem+json over HTTP.
/// </summary>
public sealed class RecSysException : Exception
{
    private static readonly TimeSpan DatabaseDelay = TimeSpan.FromSeconds(2);

    /// <summary>The domain of every <see cref="Reason"/> in google.rpc.ErrorInfo.</summary>
    public const string Domain = "recsys";

    internal RecSysException(StatusCode code, string reason, string message, Exception? innerException = null)
        : base(message, innerException) => (Code, Reason) = (code, reason);

    /// <summary>The gRPC status code.</summary>
    public StatusCode Code { get; }

    /// <summary>What happened, for programs: UPPER_SNAKE_CASE, never changes.</summary>
    public string Reason { get; }

    /// <summary>The bad fields; empty unless the code is INVALID_ARGUMENT.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; internal init; } = [];

    /// <summary>How long to wait before trying again; null when trying again doesn't help or the time isn't known.</summary>
    public TimeSpan? RetryDelay { get; internal init; }

    /// <summary>INVALID_ARGUMENT: the request can't be served whatever the state of the system.</summary>
    /// <param name="violations">Every bad field, at least one.</param>
    public static RecSysException InvalidArgument(IReadOnlyList<FieldViolation> violations)
    {
        ArgumentOutOfRangeException.ThrowIfZero(violations.Count, nameof(violations));
        const int Shown = 3;
        var text = string.Join("; ", violations.Take(Shown).Select(violation => $"{violation.Field} {violation.Description}"));
        return new(
            StatusCode.InvalidArgument, "INVALID_FIELDS", violations.Count > Shown ? $"{text}; and {violations.Count - Shown} more" : text)
        {
            Violations = [.. violations],
        };
    }

    /// <summary>INVALID_ARGUMENT with one bad field.</summary>
    public static RecSysException InvalidArgument(string field, string description) => InvalidArgument([new(field, description)]);

    /// <summary>NOT_FOUND: the thing that was asked for by name doesn't exist.</summary>
    public static RecSysException NotFound(string reason, string message) => new(StatusCode.NotFound, reason, message);

    /// <summary>ALREADY_EXISTS: the thing to be created is there already.</summary>
    public static RecSysException AlreadyExists(string reason, string message) => new(StatusCode.AlreadyExists, reason, message);

    /// <summary>FAILED_PRECONDITION: the system must be brought into another state first; the message says how.</summary>
    public static RecSysException FailedPrecondition(string reason, string message) => new(StatusCode.FailedPrecondition, reason, message);

    /// <summary>ABORTED: something else got in between; the caller may start the whole operation again.</summary>
    public static RecSysException Aborted(string reason, string message) => new(StatusCode.Aborted, reason, message);

    /// <summary>RESOURCE_EXHAUSTED: a limit of size or rate.</summary>
    public static RecSysException ResourceExhausted(string reason, string message, TimeSpan? retryDelay = null) =>
        new(StatusCode.ResourceExhausted, reason, message) { RetryDelay = retryDelay };

    /// <summary>UNAVAILABLE: a part of the system is away for now; the same call may be made again.</summary>
    /// <param name="reason">What is away, such as <c>BUS_UNAVAILABLE</c>.</param>
    /// <param name="message">What is away and what to do.</param>
    /// <param name="retryDelay">How long to wait before trying again.</param>
    /// <param name="innerException">The cause; logged, never sent.</param>
    public static RecSysException Unavailable(string reason, string message, TimeSpan retryDelay, Exception? innerException = null) =>
        new(StatusCode.Unavailable, reason, message, innerException) { RetryDelay = retryDelay };

    /// <summary>UNAVAILABLE: the database is away.</summary>
    /// <param name="exception">Says which one, and what to do.</param>
    public static RecSysException Unavailable(DatabaseUnavailableException exception) =>
        Unavailable("DATABASE_UNAVAILABLE", exception.Message, DatabaseDelay, exception);
}
