namespace RecSys.Analytics.Reports.Figures;

/// <summary>A point of a Lorenz curve.</summary>
/// <param name="Share">Share of the tracks (or users), those with the fewest listens first; 0 to 1.</param>
/// <param name="Listens">Their share of all listens, 0 to 1.</param>
public sealed record LorenzPoint(double Share, double Listens);
