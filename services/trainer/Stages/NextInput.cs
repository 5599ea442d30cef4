using RecSys.Algorithms.Markov;

namespace RecSys.Trainer.Stages;

/// <summary>What the lists of next tracks need.</summary>
/// <param name="Path">The file that they are written to.</param>
/// <param name="Model">Fitted to all sessions; null where the log has none.</param>
/// <param name="Count">Length of a list.</param>
internal sealed record NextInput(string Path, MarkovModel? Model, int Count);
