namespace RecSys.Algorithms.Neighbors;

/// <summary>How users resemble each other. A pair counts once for each of its two users.</summary>
/// <param name="MeanPositiveNeighbors">Mean number of users with a similarity above 0.</param>
/// <param name="MeanNegativeNeighbors">Mean number of users with a similarity below 0.</param>
/// <param name="UsersWithoutNeighbors">Users that resemble nobody, in either direction.</param>
/// <param name="Smallest">The smallest similarity; 0 when there is none.</param>
/// <param name="Largest">The largest similarity; 0 when there is none.</param>
public sealed record UserNeighborStatistics(
    double MeanPositiveNeighbors, double MeanNegativeNeighbors, int UsersWithoutNeighbors, double Smallest, double Largest);
