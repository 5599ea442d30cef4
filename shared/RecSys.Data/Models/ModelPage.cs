namespace RecSys.Data.Models;

/// <summary>One page of a list of versions, newest first.</summary>
/// <param name="Models">The versions of this page.</param>
/// <param name="NextPageToken">Where the next page begins; null on the last one.</param>
public sealed record ModelPage(IReadOnlyList<ModelVersionRecord> Models, string? NextPageToken);
