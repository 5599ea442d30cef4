using RecSys.Algorithms.Markov;

namespace RecSys.Trainer.Stages;

/// <summary>What the lists of next tracks need.</summary>
/// <param name="Path">The file that they are written to.</param>
/// <param name="Model">Fitted to all sessions; null where the log has none.</param>
/// <param name="Count">Length of a list.</param>
/// <param name="Tracks">Tracks that have a list, those that were followed most often.</param>
internal sealed record NextInput(string Path, MarkovModel? Model, int Count, int Tracks);
