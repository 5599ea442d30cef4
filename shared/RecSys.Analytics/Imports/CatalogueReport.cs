namespace RecSys.Analytics.Imports;

/// <summary>What cleaning did to a log's catalogue.</summary>
/// <param name="Rows">Rows of the catalogue.</param>
/// <param name="Kept">Tracks that are in the lake now.</param>
/// <param name="Rules">The catalogue's rules; what they dropped and <paramref name="Kept"/> add up to <paramref name="Rows"/>.</param>
public sealed record CatalogueReport(long Rows, long Kept, IReadOnlyList<ImportRule> Rules);
