using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;

namespace RecSys.Trainer.Stages;

/// <summary>What fitting needs.</summary>
/// <param name="Plays">Users × tracks.</param>
/// <param name="Settings">Of ALS.</param>
internal sealed record FitInput(SparseMatrix Plays, AlsSettings Settings);
