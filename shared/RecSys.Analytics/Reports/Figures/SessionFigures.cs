namespace RecSys.Analytics.Reports.Figures;

/// <summary>Sessions: listens of one user without a longer pause between two of them.</summary>
/// <param name="GapMinutes">The pause that ends a session, in minutes.</param>
/// <param name="Count">Number of sessions.</param>
/// <param name="Listens">Listens of a session.</param>
/// <param name="Minutes">Minutes from the first listen's start to the last one's; 0 for a single listen.</param>
public sealed record SessionFigures(double GapMinutes, long Count, Distribution Listens, Distribution Minutes);
