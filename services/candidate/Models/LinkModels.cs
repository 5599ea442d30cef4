using RecSys.Algorithms.Candidates;

namespace RecSys.Candidate.Models;

/// <summary>The links of the sources that a version may have or not.</summary>
/// <param name="ItemNeighbors">For each item its nearest by the listeners in common.</param>
/// <param name="UserNeighbors">For each user the most similar users.</param>
/// <param name="Next">For each item what most often followed it.</param>
internal sealed record LinkModels(ItemLinks? ItemNeighbors, ItemLinks? UserNeighbors, ItemLinks? Next);
