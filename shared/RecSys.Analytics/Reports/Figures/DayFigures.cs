namespace RecSys.Analytics.Reports.Figures;

/// <summary>One UTC day of the log; days without listens are not listed.</summary>
/// <param name="Day">The day.</param>
/// <param name="Listens">Listens that began on it.</param>
/// <param name="NewTracks">Tracks that were heard for the first time.</param>
/// <param name="NewUsers">Users who listened for the first time.</param>
public sealed record DayFigures(DateOnly Day, long Listens, long NewTracks, long NewUsers);
