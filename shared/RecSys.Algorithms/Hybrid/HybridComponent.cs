namespace RecSys.Algorithms.Hybrid;

/// <summary>A model of a hybrid and how much it counts.</summary>
/// <param name="Model">A fitted model.</param>
/// <param name="Weight">Its weight after every user's scores were scaled to unit deviation; finite, 0 or more.</param>
public sealed record HybridComponent(IRecommender Model, float Weight);
