using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;

namespace RecSys.Ingest.Validation;

/// <summary>A listen that broke at least one rule.</summary>
/// <param name="Index">Position in the batch, from 0.</param>
/// <param name="Listen">The listen as it came.</param>
/// <param name="Faults">Every bad field.</param>
internal sealed record BadListen(int Index, Listen Listen, IReadOnlyList<FieldFault> Faults)
{
    /// <summary>The faults as the contract reports them.</summary>
    /// <param name="firstIndex">Position of the batch's first listen in the whole call.</param>
    public IEnumerable<RejectedListen> ToRejected(long firstIndex) =>
        Faults.Select(fault => new RejectedListen { Index = firstIndex + Index, Field = fault.Field, Reason = fault.Reason });
}
