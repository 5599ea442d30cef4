namespace RecSys.Analytics.Reports.Figures;

/// <summary>What was heard most. Rankings are empty where the catalogue says nothing.</summary>
/// <param name="Tracks">Tracks by listens.</param>
/// <param name="Artists">Artists by the listens of their tracks.</param>
/// <param name="Genres">Genres by the listens of their tracks; a track counts for each of its genres.</param>
public sealed record RankedNames(IReadOnlyList<RankedName> Tracks, IReadOnlyList<RankedName> Artists, IReadOnlyList<RankedName> Genres);
