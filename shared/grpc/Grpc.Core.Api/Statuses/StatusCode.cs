namespace Grpc.Core;

/// <summary>The outcomes of a call. The numbers are the protocol's.</summary>
public enum StatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>The caller cancelled the call.</summary>
    Cancelled = 1,

    /// <summary>An error of which nothing more is known.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call was done.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for doesn't exist.</summary>
    NotFound = 5,

    /// <summary>What was to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and not allowed.</summary>
    PermissionDenied = 7,

    /// <summary>A quota or a limit of size.</summary>
    ResourceExhausted = 8,

    /// <summary>The system isn't in the state that the call needs.</summary>
    FailedPrecondition = 9,

    /// <summary>Something concurrent got in between.</summary>
    Aborted = 10,

    /// <summary>Past the valid range, as when reading beyond an end.</summary>
    OutOfRange = 11,

    /// <summary>There is no such method.</summary>
    Unimplemented = 12,

    /// <summary>A defect.</summary>
    Internal = 13,

    /// <summary>Away for now; the same call may be made again.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt for good.</summary>
    DataLoss = 15,

    /// <summary>The caller hasn't said, or proven, who it is.</summary>
    Unauthenticated = 16,
}
