namespace RecSys.Benchmarks.Serving;

/// <summary>How large a model version is.</summary>
/// <param name="Users">Users with factors.</param>
/// <param name="Tracks">Tracks with factors.</param>
/// <param name="HeardOfUser">Tracks that each user has heard.</param>
/// <param name="Factors">Length of a factor vector.</param>
internal sealed record VersionSize(int Users, int Tracks, int HeardOfUser, int Factors);
