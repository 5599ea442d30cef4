namespace RecSys.Algorithms;

/// <summary>A model that can split a score into contributions of the user's past items.</summary>
public interface IExplainer
{
    /// <summary>Explains one item's score for one user of the fitted matrix.</summary>
    /// <param name="userIndex">The user.</param>
    /// <param name="itemIndex">The item to explain.</param>
    /// <param name="k">How many contributions to return, at least 1; the score always sums all of them.</param>
    Explanation Explain(int userIndex, int itemIndex, int k);
}

/// <summary>Why an item got its score: the contributions of the user's past items, largest first.</summary>
/// <param name="Score">The sum of all contributions, also of those that were cut off.</param>
/// <param name="Contributions">The largest contributions, descending.</param>
public sealed record Explanation(float Score, IReadOnlyList<ItemContribution> Contributions);

/// <summary>One past item's share of a score.</summary>
/// <param name="ItemIndex">The past item.</param>
/// <param name="Contribution">Its additive share of the score; may be negative.</param>
/// <param name="Confidence">The weight that the model gave the past interaction.</param>
public readonly record struct ItemContribution(int ItemIndex, float Contribution, float Confidence);
