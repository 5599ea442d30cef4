using RecSys.Algorithms;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.NextTracks;
using RecSys.Algorithms.Splits;
using RecSys.Cli.Evaluation.Models;
using RecSys.Cli.Output;
using Spectre.Console;

namespace RecSys.Cli.Evaluation;

/// <summary>Measures Markov alone, preference alone, and Markov's candidates in the order of both, on the same pairs.</summary>
/// <param name="plan">The preference model.</param>
/// <param name="markov">Smoothing and back-off.</param>
/// <param name="options">What to measure.</param>
/// <param name="notes">Receives progress.</param>
internal sealed class NextTrackRun(ModelPlan plan, MarkovOptions markov, NextTrackOptions options, IAnsiConsole notes)
{
    private const int AffinityUsers = 100;

    public async Task<NextTrackMeasurement> RunAsync(InteractionRows log, CancellationToken cancellationToken)
    {
        var (data, sessions) = await ProgressView.RunAsync(notes, "Pairs", report => Task.Run(
            () =>
            {
                var pairs = NextTrackPairs.FromLog(log, new SessionOptions { Gap = options.Gap, KeepRepeats = options.KeepRepeats }, out var made);
                var split = NextTrackData.Create(log, pairs, options.TestShare);
                report(1, $"{split.TrainPairs.Count:N0} before {split.Cut.UtcDateTime:yyyy-MM-dd HH:mm} UTC and {split.Test.Count:N0} after, of {made.Sessions:N0} sessions");
                return (split, made);
            },
            cancellationToken));
        var weight = options.PreferenceWeight ?? await FindWeightAsync(data.Validation(options.TestShare), cancellationToken);
        var (chain, preference) = await FitAsync("Fitting", data, cancellationToken);
        var models = new INextTrackModel[]
        {
            chain, new PreferenceNextTrack(preference), new PreferenceReranker(chain, preference, options.Candidates, weight),
        };
        var results = await ProgressView.RunAsync(notes, "Measuring", report => Task.Run(
            () =>
            {
                var measured = new List<NextTrackResult>();
                foreach (var model in models)
                {
                    report((double)measured.Count / models.Length, model.Name);
                    measured.Add(NextTrackEvaluator.Evaluate(model, data.Test, data.KnownUsers, data.KnownItems, options.K, cancellationToken: cancellationToken));
                }

                report(1, $"{models.Length} models");
                return measured;
            },
            cancellationToken));
        return new NextTrackMeasurement(
            data, sessions, results, weight, options.PreferenceWeight is null, AffinityCheck.Run(preference, data.Train, AffinityUsers, seed: options.Seed));
    }

    private async Task<double> FindWeightAsync(NextTrackData data, CancellationToken cancellationToken)
    {
        var (chain, preference) = await FitAsync("Fitting on a part of train", data, cancellationToken);
        return await ProgressView.RunAsync(notes, "Weighing", report => Task.Run(
            () =>
            {
                var weight = PreferenceWeightSearch.Find(
                    chain, preference, data.Test, data.KnownUsers, data.KnownItems, options.Candidates, cancellationToken: cancellationToken);
                report(1, $"preference counts {weight:F2}");
                return weight;
            },
            cancellationToken));
    }

    private Task<(MarkovModel Chain, IRecommender Preference)> FitAsync(string title, NextTrackData data, CancellationToken cancellationToken) =>
        ProgressView.RunAsync(notes, title, report => Task.Run(
            () =>
            {
                var chain = MarkovModel.Fit(data.TrainPairs, markov, data.Plays, data.Train);
                var preference = plan.Fit(new FitRequest(data.Train, () => data.TrainLog, WithLoss: false, report, cancellationToken)).Model;
                return (chain, preference);
            },
            cancellationToken));
}

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
