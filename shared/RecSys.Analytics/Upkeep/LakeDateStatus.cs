namespace RecSys.Analytics.Upkeep;

/// <summary>The segments of a date.</summary>
/// <param name="Date">The date as its folder names it, such as 2025-03-14.</param>
/// <param name="Segments">How many there are.</param>
/// <param name="Rows">Their rows.</param>
/// <param name="Bytes">Their size.</param>
public sealed record LakeDateStatus(string Date, int Segments, long Rows, long Bytes);
