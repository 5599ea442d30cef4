namespace RecSys.Trainer.Ranking;

/// <summary>Which sources candidates come from, and how many.</summary>
/// <param name="ItemNeighbors">Whether tracks with listeners in common are a source.</param>
/// <param name="UserNeighbors">Whether the most similar users are one.</param>
/// <param name="NextTracks">Whether followers of the last tracks are one.</param>
/// <param name="NeighborCount">Neighbours and followers kept of each.</param>
/// <param name="CandidateCount">Candidates of a user.</param>
/// <param name="NeighborTracks">Tracks that have item-item neighbours, those with most listeners.</param>
/// <param name="MaxPairs">Pairs of neighbours that are compared at most in a matrix of so many cells.</param>
/// <param name="SessionGap">Silence that ends a session: what follows is no next track.</param>
/// <param name="Seed">Of the sample where there are more.</param>
/// <param name="ThreadCount">Threads; 0 takes every core.</param>
internal sealed record SourceSettings(
    bool ItemNeighbors,
    bool UserNeighbors,
    bool NextTracks,
    int NeighborCount,
    int CandidateCount,
    int NeighborTracks,
    Func<long, double> MaxPairs,
    TimeSpan SessionGap,
    int Seed,
    int ThreadCount);
