using RecSys.Analytics.Imports;

namespace RecSys.Analytics.Upkeep;

/// <summary>An import.</summary>
/// <param name="Report">What it found and kept.</param>
/// <param name="Bytes">Size of its files.</param>
public sealed record LakeImportStatus(ImportReport Report, long Bytes);
