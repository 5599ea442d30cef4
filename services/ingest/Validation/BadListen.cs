using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Validation;

/// <summary>A listen that broke at least one rule.</summary>
/// <param name="Index">Position in the batch, from 0.</param>
/// <param name="Listen">The listen as it came.</param>
/// <param name="Violations">Every bad field.</param>
internal sealed record BadListen(int Index, Listen Listen, IReadOnlyList<FieldViolation> Violations)
{
    /// <summary>What is wrong with it in one line.</summary>
    public string Reason => string.Join("; ", Violations.Select(violation => $"{violation.Field} {violation.Description}"));
}
