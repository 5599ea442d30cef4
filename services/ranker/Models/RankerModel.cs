using RecSys.Ranker.Blending;

namespace RecSys.Ranker.Models;

/// <summary>What the ranker holds of the active version, and of the one before for candidates that were retrieved from it.</summary>
/// <param name="Version">The active version.</param>
/// <param name="Weights">Its weights.</param>
/// <param name="PreviousVersion">The version that was active before, if any was since the start.</param>
/// <param name="PreviousWeights">Its weights.</param>
internal sealed record RankerModel(string Version, BlendWeights Weights, string? PreviousVersion, BlendWeights? PreviousWeights)
{
    /// <summary>The version to rank with: the one asked for when it is held, the active one otherwise.</summary>
    public (string Version, BlendWeights Weights) For(string version) =>
        PreviousWeights is not null && version == PreviousVersion ? (version, PreviousWeights) : (Version, Weights);
}
