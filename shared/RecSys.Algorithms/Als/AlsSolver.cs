namespace RecSys.Algorithms.Als;

/// <summary>How the normal equations of a row are solved.</summary>
public enum AlsSolver
{
    /// <summary>Exactly, by a Cholesky factorisation of the smaller of the factor × factor and interaction × interaction systems.</summary>
    Cholesky,

    /// <summary>A few conjugate-gradient steps from the row's current factors, preconditioned by the unobserved part.</summary>
    ConjugateGradient,
}
