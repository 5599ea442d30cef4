namespace RecSys.Algorithms.Candidates;

/// <summary>What one source retrieved: distinct items, best first.</summary>
/// <param name="Source">The source.</param>
/// <param name="Hits">What it found.</param>
public sealed record SourceList(SourceKind Source, IReadOnlyList<SourceHit> Hits);
