using RecSys.Contracts.Ingest.V1;

namespace RecSys.Ingest.Validation;

/// <summary>Bad listens as the contract reports them: one entry for every bad field.</summary>
internal static class RejectedFields
{
    /// <param name="bad">The listen.</param>
    /// <param name="firstIndex">Position of its batch's first listen in the whole call.</param>
    public static IEnumerable<RejectedListen> Of(BadListen bad, long firstIndex) => bad.Violations.Select(
        violation => new RejectedListen { Index = firstIndex + bad.Index, Field = violation.Field, Reason = violation.Description });
}
