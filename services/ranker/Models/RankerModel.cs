using RecSys.Ranker.Blending;
using RecSys.Ranker.Trees;

namespace RecSys.Ranker.Models;

/// <summary>How one version ranks.</summary>
/// <param name="Version">Its id.</param>
/// <param name="Weights">Of the blend.</param>
/// <param name="Trees">Its trained ranker; null for a version without one, which the blend ranks.</param>
internal sealed record RankerModel(string Version, BlendWeights Weights, TreeRanker? Trees);
