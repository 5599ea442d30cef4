using RecSys.Algorithms;

namespace RecSys.Trainer.Stages;

/// <summary>What the lists of similar tracks need.</summary>
/// <param name="Path">The file that they are written to.</param>
/// <param name="ItemCount">Tracks.</param>
/// <param name="Model">Fitted to all plays; null where no model finds similar tracks.</param>
/// <param name="Count">Length of a list.</param>
internal sealed record SimilarInput(string Path, int ItemCount, ISimilarItems? Model, int Count);
