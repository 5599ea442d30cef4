using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Ranking.Features;

namespace RecSys.Trainer.Ranking;

/// <summary>What a version with a trained ranker has beside its models, from all listens.</summary>
/// <param name="ItemNeighbors">For each track its nearest; null when it is no source.</param>
/// <param name="UserNeighbors">For each user the most similar; null when it is no source.</param>
/// <param name="Next">For each track its followers; null when it is no source.</param>
/// <param name="Statistics">Of the tracks.</param>
internal sealed record RankingParts(ItemLinks? ItemNeighbors, ItemLinks? UserNeighbors, ItemLinks? Next, ItemStatistics Statistics);
