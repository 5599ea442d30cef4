using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Splits;

namespace RecSys.Cli.Evaluation.NextTrack;

/// <summary>What came out.</summary>
/// <param name="Data">The split.</param>
/// <param name="Sessions">How listens became pairs.</param>
/// <param name="Models">Markov alone, preference alone, and the two together.</param>
/// <param name="PreferenceWeight">How much preference counts in the third, 0 to 1.</param>
/// <param name="IsWeightFound">Whether the weight was found on a validation part of train, not given.</param>
/// <param name="Affinity">Mean scores of heard and of other items for some users, by the preference model.</param>
internal sealed record NextTrackMeasurement(
    NextTrackData Data,
    SessionReport Sessions,
    IReadOnlyList<NextTrackResult> Models,
    double PreferenceWeight,
    bool IsWeightFound,
    IReadOnlyList<AffinityCheck> Affinity);
