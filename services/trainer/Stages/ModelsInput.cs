using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages;

/// <summary>What fitting needs.</summary>
/// <param name="Plays">Users × tracks.</param>
/// <param name="Pairs">Which track followed which; null when the log does not tell.</param>
/// <param name="Settings">Which models, and with what.</param>
/// <param name="OnlyPublished">Leaves out models that are measured but not part of a version.</param>
internal sealed record ModelsInput(SparseMatrix Plays, NextTrackPairs? Pairs, TrainingSettings Settings, bool OnlyPublished);
