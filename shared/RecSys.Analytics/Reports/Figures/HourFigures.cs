namespace RecSys.Analytics.Reports.Figures;

/// <summary>The listens of one hour of the week.</summary>
/// <param name="Weekday">1 for Monday to 7 for Sunday, UTC.</param>
/// <param name="Hour">0 to 23, UTC.</param>
/// <param name="Listens">Listens that began in it.</param>
public sealed record HourFigures(int Weekday, int Hour, long Listens);
