namespace RecSys.Algorithms.Hybrid;

/// <summary>Fitted blend weights.</summary>
/// <param name="Weights">One weight a model; the largest is 1.</param>
/// <param name="Value">The metric of the blend on the drawn validation users.</param>
/// <param name="SingleValues">The metric of each model alone on the same users.</param>
/// <param name="Users">How many users were drawn.</param>
public sealed record BlendResult(IReadOnlyList<float> Weights, double Value, IReadOnlyList<double> SingleValues, int Users);
