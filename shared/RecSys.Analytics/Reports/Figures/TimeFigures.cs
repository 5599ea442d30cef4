namespace RecSys.Analytics.Reports.Figures;

/// <summary>When people listened. Times are UTC.</summary>
/// <param name="Days">Days with listens, in order.</param>
/// <param name="Hours">The 168 hours of the week, from Monday 0 o'clock.</param>
/// <param name="Sessions">Sessions.</param>
public sealed record TimeFigures(IReadOnlyList<DayFigures> Days, IReadOnlyList<HourFigures> Hours, SessionFigures Sessions);
