namespace RecSys.Ranker.Models;

/// <summary>What the ranker holds of the active version, and of the one before for candidates that were retrieved from it.</summary>
/// <param name="Current">The active version.</param>
/// <param name="Previous">The version that was active before, if any was since the start.</param>
internal sealed record RankerModel(RankerVersion Current, RankerVersion? Previous)
{
    /// <summary>The version to rank with: the one asked for when it is held, the active one otherwise.</summary>
    public RankerVersion For(string version) => Previous is not null && version == Previous.Version ? Previous : Current;
}
