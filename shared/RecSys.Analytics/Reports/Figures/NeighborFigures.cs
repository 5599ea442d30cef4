namespace RecSys.Analytics.Reports.Figures;

/// <summary>How alike users are: cosines between their listened shares, each less the user's mean.</summary>
/// <param name="MeanPositive">Mean number of users with a positive cosine.</param>
/// <param name="MeanNegative">Mean number of users with a negative cosine.</param>
/// <param name="Alone">Users who resemble nobody, either way.</param>
/// <param name="Users">All users.</param>
public sealed record NeighborFigures(double MeanPositive, double MeanNegative, int Alone, int Users);
