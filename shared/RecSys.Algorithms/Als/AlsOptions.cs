using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Als;

/// <summary>Options of implicit alternating least squares; see docs/algorithms/als.md for the equations.</summary>
public sealed record AlsOptions
{
    /// <summary>Length of a user's and an item's vector, 1 … 1,024.</summary>
    public int FactorCount { get; init; } = 64;

    /// <summary>Passes over users and then items, at least 1.</summary>
    public int Iterations { get; init; } = 15;

    /// <summary>λ of the squared norms, 0 or more. With 0 a row's equations may have no unique solution, which is an error.</summary>
    public float Regularization { get; init; } = 0.05f;

    /// <summary>
    /// ν, 0 … 1: a row's λ is multiplied by (interactions of the row + unobserved weight · rows of the other side)^ν (Rendle et
    /// al. 2021). 0 gives every row the same λ.
    /// </summary>
    public float RegularizationExponent { get; init; }

    /// <summary>How a weight becomes a confidence.</summary>
    public AlsConfidence Confidence { get; init; } = AlsConfidence.Linear;

    /// <summary>Scale of the confidence, above 0.</summary>
    public float Alpha { get; init; } = 1;

    /// <summary>
    /// Null: the objective of Hu et al. 2008, confidence 1 + w on what was observed and 1 on what was not. A number α₀ above 0:
    /// the objective of Rendle et al. 2021, Σ_observed w (1 − s)² + α₀ · Σ_all s².
    /// </summary>
    public float? UnobservedWeight { get; init; }

    /// <summary>How a row is solved.</summary>
    public AlsSolver Solver { get; init; } = AlsSolver.Cholesky;

    /// <summary>Conjugate-gradient steps a row, at least 1.</summary>
    public int ConjugateGradientSteps { get; init; } = 3;

    /// <summary>Seed of the initial item factors.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Expected length of an initial item vector (root mean square): the standard deviation of a factor is this / √FactorCount.</summary>
    public float InitialScale { get; init; } = 0.1f;

    /// <summary>Threads; 0 takes every core. The result is the same for any number.</summary>
    public int ThreadCount { get; init; }

    /// <summary>Compute the objective after every iteration, for about a third more time with conjugate gradient, less with Cholesky.</summary>
    public bool ComputeLoss { get; init; }

    /// <summary>Stop when an iteration lowers the loss by less than this share of it; 0 never does. Turns the loss on.</summary>
    public double EarlyStopTolerance { get; init; }

    /// <summary>Throws an <see cref="AlgorithmException"/> that names the first setting outside its range.</summary>
    public void Validate()
    {
        Require(FactorCount is >= 1 and <= FactorMatrix.MaxFactorCount, nameof(FactorCount), FactorCount, $"1 … {FactorMatrix.MaxFactorCount}");
        Require(Iterations >= 1, nameof(Iterations), Iterations, "1 or more");
        Require(float.IsFinite(Regularization) && Regularization >= 0, nameof(Regularization), Regularization, "0 or more");
        Require(RegularizationExponent is >= 0 and <= 1, nameof(RegularizationExponent), RegularizationExponent, "0 … 1");
        Require(Enum.IsDefined(Confidence), nameof(Confidence), Confidence, "Linear, Log or Uniform");
        Require(float.IsFinite(Alpha) && Alpha > 0, nameof(Alpha), Alpha, "above 0");
        Require(
            UnobservedWeight is not { } weight || (float.IsFinite(weight) && weight > 0),
            nameof(UnobservedWeight),
            UnobservedWeight ?? 0,
            "above 0, or null");
        Require(Enum.IsDefined(Solver), nameof(Solver), Solver, "Cholesky or ConjugateGradient");
        Require(ConjugateGradientSteps >= 1, nameof(ConjugateGradientSteps), ConjugateGradientSteps, "1 or more");
        Require(float.IsFinite(InitialScale) && InitialScale > 0, nameof(InitialScale), InitialScale, "above 0");
        Require(ThreadCount >= 0, nameof(ThreadCount), ThreadCount, "0 (every core) or more");
        Require(EarlyStopTolerance is >= 0 and < 1, nameof(EarlyStopTolerance), EarlyStopTolerance, "0 … 1");
    }

    private static void Require<T>(bool valid, string name, T value, string range)
    {
        if (!valid)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"{name} is {value}; it must be {range}.");
        }
    }
}

/// <summary>How an interaction's weight r becomes the weight w that its confidence has above an unobserved pair's.</summary>
public enum AlsConfidence
{
    /// <summary>w = alpha · r.</summary>
    Linear,

    /// <summary>
    /// w = alpha · ln(1 + r / c0), where c0 = max(1, mean weight of the row being solved): the user's in a user step, the item's in
    /// an item step. The two steps so weigh a cell differently. The reported loss uses the user's row in every cell, and need not
    /// fall in an item step.
    /// </summary>
    Log,

    /// <summary>w = alpha, however often.</summary>
    Uniform,
}

/// <summary>How the normal equations of a row are solved.</summary>
public enum AlsSolver
{
    /// <summary>Exactly, by a Cholesky factorisation of the smaller of the factor × factor and interaction × interaction systems.</summary>
    Cholesky,

    /// <summary>A few conjugate-gradient steps from the row's current factors, preconditioned by the unobserved part.</summary>
    ConjugateGradient,
}
