namespace RecSys.Algorithms;

/// <summary>Why an item got its score: the contributions of the user's past items, largest first.</summary>
/// <param name="Score">The sum of all contributions, also of those that were cut off.</param>
/// <param name="Contributions">The largest contributions, descending.</param>
public sealed record Explanation(float Score, IReadOnlyList<ItemContribution> Contributions);
