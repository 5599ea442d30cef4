namespace RecSys.Cli.Evaluation.NextTrack;

/// <summary>What to measure.</summary>
/// <param name="Gap">A pause longer than this begins a new session.</param>
/// <param name="KeepRepeats">Whether a track that follows itself makes a pair.</param>
/// <param name="TestShare">Share of the pairs, the latest, that is test; between 0 and 1.</param>
/// <param name="K">Length of the lists.</param>
/// <param name="Candidates">How many of Markov's candidates preference orders anew.</param>
/// <param name="PreferenceWeight">0 to 1; null to find it on a validation part of train.</param>
/// <param name="Seed">Seed of the users who are drawn for the affinity check.</param>
internal sealed record NextTrackOptions(
    TimeSpan Gap, bool KeepRepeats, double TestShare, int K, int Candidates, double? PreferenceWeight, int Seed);
