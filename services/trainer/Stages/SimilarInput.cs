using RecSys.Algorithms.Als;

namespace RecSys.Trainer.Stages;

/// <summary>What the lists of similar tracks need.</summary>
/// <param name="ModelVersion">The version that they belong to.</param>
/// <param name="TrackIds">The track of each item index.</param>
/// <param name="Als">Fitted to all plays.</param>
/// <param name="Count">Length of a list.</param>
internal sealed record SimilarInput(string ModelVersion, string[] TrackIds, AlsModel Als, int Count);
