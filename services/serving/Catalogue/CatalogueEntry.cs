using RecSys.Contracts.Common.V1;

namespace RecSys.Serving.Catalogue;

/// <summary>A catalogue entry in memory.</summary>
/// <param name="Track">As it goes into answers, where it is shared: never changed. Without names when the catalogue lacks it.</param>
/// <param name="IsKnown">Whether the catalogue has it.</param>
/// <param name="ReadAt">When the database was read.</param>
internal sealed record CatalogueEntry(Track Track, bool IsKnown, DateTimeOffset ReadAt);
