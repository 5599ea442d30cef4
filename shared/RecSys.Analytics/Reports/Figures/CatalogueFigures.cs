namespace RecSys.Analytics.Reports.Figures;

/// <summary>What the catalogue holds, and what of it was heard.</summary>
/// <param name="Tracks">Tracks in the catalogue.</param>
/// <param name="NeverPlayed">Those that nobody played.</param>
/// <param name="NeverPlayedExamples">Some of them, in the order of their names.</param>
/// <param name="Unnamed">Tracks that were played and are missing in the catalogue.</param>
/// <param name="TracksByGenre">The genres with the most tracks.</param>
/// <param name="TracksByArtist">The artists with the most tracks.</param>
/// <param name="TracksPerArtist">How many tracks artists have; null when no artist is named.</param>
public sealed record CatalogueFigures(
    long Tracks,
    long NeverPlayed,
    IReadOnlyList<RankedName> NeverPlayedExamples,
    long Unnamed,
    IReadOnlyList<RankedName> TracksByGenre,
    IReadOnlyList<RankedName> TracksByArtist,
    Distribution? TracksPerArtist);
