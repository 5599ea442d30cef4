namespace RecSys.Analytics.Reports.Figures;

/// <summary>One entry of a ranking: a track, an artist or a genre.</summary>
/// <param name="Id">The producer's id; the name where there is no id.</param>
/// <param name="Name">What a person calls it; the id where the catalogue has no name.</param>
/// <param name="Artist">A track's artist; empty for others and when unknown.</param>
/// <param name="Count">What it is ranked by.</param>
public sealed record RankedName(string Id, string Name, string Artist, long Count);
