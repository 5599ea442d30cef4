using RecSys.Algorithms.Splits;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>A log and, where ids are whole numbers, the ids as numbers by user and by item index.</summary>
internal sealed record BuiltLog(InteractionRows Log, long[]? UserKeys, long[]? ItemKeys);
