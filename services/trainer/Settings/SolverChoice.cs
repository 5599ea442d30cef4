namespace RecSys.Trainer.Settings;

/// <summary>How a row's normal equations are solved.</summary>
internal enum SolverChoice
{
    /// <summary>Exactly, by a Cholesky factorization.</summary>
    Cholesky,

    /// <summary>By a few steps of conjugate gradient from the last iteration's factors.</summary>
    Cg,
}
