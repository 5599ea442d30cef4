using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.Validation;

/// <summary>One batch, divided into what may go on and what may not.</summary>
/// <param name="Good">Listens that pass every rule, each once, in the order they came.</param>
/// <param name="Duplicates">Good listens that stood in the batch before and were left out.</param>
/// <param name="Bad">Listens that broke a rule, in the order they came.</param>
internal sealed record ScreenedListens(IReadOnlyList<Listen> Good, int Duplicates, IReadOnlyList<BadListen> Bad);
