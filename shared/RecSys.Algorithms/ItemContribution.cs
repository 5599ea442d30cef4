namespace RecSys.Algorithms;

/// <summary>One past item's share of a score.</summary>
/// <param name="ItemIndex">The past item.</param>
/// <param name="Contribution">Its additive share of the score; may be negative.</param>
/// <param name="Confidence">The weight that the model gave the past interaction.</param>
public readonly record struct ItemContribution(int ItemIndex, float Contribution, float Confidence);
