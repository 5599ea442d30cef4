namespace RecSys.Trainer.Publishing;

/// <summary>How a new version compares with the active one.</summary>
/// <param name="Metrics">
/// <c>gate/users</c> that both measured; <c>gate/difference</c> of their gain over popularity in NDCG@20, above 0 where the new one is
/// better; its interval <c>gate/low</c> and <c>gate/high</c>. Empty when the two can't be compared.
/// </param>
/// <param name="Refusal">Why the new version should not answer; null when nothing speaks against it.</param>
internal sealed record GateVerdict(IReadOnlyDictionary<string, double> Metrics, string? Refusal)
{
    /// <summary>There is nothing to compare with.</summary>
    public static readonly GateVerdict NotCompared = new(new Dictionary<string, double>(), null);
}
