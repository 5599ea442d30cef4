using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.NextTracks;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>Fits models: once to what is not withheld, so that they can be measured on what is, and once to everything.</summary>
internal sealed class FitStep(TimeProvider clock)
{
    /// <summary>Fits every enabled model to what is not withheld.</summary>
    public Task<FittedModels> MeasuredAsync(
        TrainingLog log, Holdout holdout, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var wanted = new WantedModels(
            settings.Get(TrainingSettings.AlsEnabled),
            settings.Get(TrainingSettings.ItemNeighborsEnabled),
            settings.Get(TrainingSettings.UserNeighborsEnabled));
        return Task.Run(
            () => FittedModels.Fit(wanted, holdout.Train, log.PairsOf(holdout, settings), settings, clock, progress, cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// Fits to all plays what is published: ALS, or in its place item-item neighbours, or in theirs user-user neighbours; popularity and
    /// the Markov chain always.
    /// </summary>
    public Task<FittedModels> PublishedAsync(
        TrainingLog log, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var als = settings.Get(TrainingSettings.AlsEnabled);
        var items = !als && settings.Get(TrainingSettings.ItemNeighborsEnabled);
        var users = !als && !items && settings.Get(TrainingSettings.UserNeighborsEnabled);
        return Task.Run(
            () => FittedModels.Fit(
                new WantedModels(als, items, users), log.Plays, log.PairsOf(null, settings), settings, clock, progress, cancellationToken),
            cancellationToken);
    }
}

/// <summary>The models of one fit. Popularity is always there, as every version has its list; the others where they are enabled.</summary>
internal sealed record FittedModels : IOutcome
{
    // Of a step's time, what the other models take beside ALS, whose iterations are counted.
    private const double AlsShare = 0.8;

    /// <summary>By distinct listeners.</summary>
    public required PopularityModel Popularity { get; init; }

    /// <summary>Implicit ALS.</summary>
    public AlsModel? Als { get; init; }

    /// <summary>Item-item neighbours.</summary>
    public ItemNeighborModel? ItemNeighbors { get; init; }

    /// <summary>User-user neighbours.</summary>
    public UserNeighborModel? UserNeighbors { get; init; }

    /// <summary>Which track follows which.</summary>
    public MarkovModel? Markov { get; init; }

    /// <summary>Seconds that fitting took, by the name of the model.</summary>
    public required IReadOnlyDictionary<string, double> FitSeconds { get; init; }

    /// <summary>Whose scores order the personal lists; null when only popularity is there.</summary>
    public IRecommender? Personal => Als ?? (IRecommender?)ItemNeighbors ?? UserNeighbors;

    /// <summary>What finds similar tracks.</summary>
    public ISimilarItems? Similar => Als ?? (ISimilarItems?)ItemNeighbors;

    /// <summary>Fits models to one matrix.</summary>
    /// <param name="wanted">Which ones.</param>
    /// <param name="plays">Users × tracks.</param>
    /// <param name="pairs">Which track followed which; null when the log does not tell.</param>
    /// <param name="settings">With what.</param>
    /// <param name="clock">Measures how long each takes.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static FittedModels Fit(
        WantedModels wanted,
        SparseMatrix plays,
        NextTrackPairs? pairs,
        TrainingSettings settings,
        TimeProvider clock,
        StepProgress progress,
        CancellationToken cancellationToken)
    {
        var seconds = new Dictionary<string, double>();
        progress.Report(0, "popularity");
        var models = new FittedModels
        {
            Popularity = Timed(() => PopularityModel.Fit(plays, PopularityMeasure.Users)),
            Als = wanted.Als ? Timed(() => FitAls(plays, settings.AlsOptions(), progress, cancellationToken)) : null,
            ItemNeighbors = wanted.ItemNeighbors
                ? Timed(() =>
                {
                    progress.Report(AlsShare, "item-item neighbours");
                    return ItemNeighborModel.Fit(plays, settings.ItemNeighborOptions(plays.CellCount), cancellationToken);
                })
                : null,
            UserNeighbors = wanted.UserNeighbors
                ? Timed(() =>
                {
                    progress.Report(AlsShare, "user-user neighbours");
                    return UserNeighborModel.Fit(plays, settings.UserNeighborOptions(plays.CellCount), cancellationToken);
                })
                : null,
            Markov = pairs is { Count: > 0 }
                ? Timed(() =>
                {
                    progress.Report(AlsShare, $"Markov chain of {pairs.Count:N0} pairs");
                    return MarkovModel.Fit(pairs, settings.MarkovOptions(), seen: plays);
                })
                : null,
            FitSeconds = seconds,
        };
        var looksAtNeighbors = wanted.ItemNeighbors || wanted.UserNeighbors;
        progress.Report(1, string.Join(", ", seconds.Keys) + (looksAtNeighbors ? settings.NeighborLimits(plays) : ""));
        return models;

        TModel Timed<TModel>(Func<TModel> fit)
            where TModel : IRecommender
        {
            var start = clock.GetTimestamp();
            var model = fit();
            seconds[model.Name] = clock.GetElapsedTime(start).TotalSeconds;
            LargeHeap.Trim();
            return model;
        }
    }

    /// <summary>What the ranker takes of the models that were measured.</summary>
    public static FittedModels AlsAlone(FittedModels models) => models with { ItemNeighbors = null, UserNeighbors = null, Markov = null };

    /// <inheritdoc/>
    /// <remarks>What takes a pass over the plays is made again; only what takes long is written.</remarks>
    public void Write(CheckpointWriter writer)
    {
        writer.WriteMetrics(FitSeconds);
        if (Als is { } als)
        {
            writer.WriteFactors(als.UserFactors);
            writer.WriteFactors(als.ItemFactors);
        }

        if (ItemNeighbors is { } items)
        {
            writer.WriteNeighbors(items.Neighbors);
        }

        if (UserNeighbors is { } users)
        {
            writer.WriteNeighbors(users.Neighbors);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="log">What the models were fitted to, but for what was withheld.</param>
    /// <param name="holdout">What was withheld; null when they were fitted to all of it.</param>
    /// <param name="settings">Of the training.</param>
    public static FittedModels Read(CheckpointReader reader, TrainingLog log, Holdout? holdout, TrainingSettings settings)
    {
        var plays = holdout?.Train ?? log.Plays;
        var seconds = reader.ReadMetrics();
        return new FittedModels
        {
            FitSeconds = seconds,
            Popularity = PopularityModel.Fit(plays, PopularityMeasure.Users),
            Als = seconds.ContainsKey("als")
                ? AlsModel.FromFactors(reader.ReadFactors(), reader.ReadFactors(), settings.AlsOptions(), plays)
                : null,
            ItemNeighbors = seconds.ContainsKey("item-knn")
                ? ItemNeighborModel.FromNeighbors(plays, reader.ReadNeighbors(), settings.ItemNeighborOptions(plays.CellCount))
                : null,
            UserNeighbors = seconds.ContainsKey("user-knn")
                ? UserNeighborModel.FromNeighbors(plays, reader.ReadNeighbors(), settings.UserNeighborOptions(plays.CellCount))
                : null,
            Markov = seconds.ContainsKey("markov") ? MarkovModel.Fit(log.PairsOf(holdout, settings)!, settings.MarkovOptions(), seen: plays) : null,
        };
    }

    private static AlsModel FitAls(SparseMatrix plays, AlsOptions settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var what = $"ALS, {settings.FactorCount} factors";
        progress.Report(0, what);
        return AlsModel.Fit(
            plays,
            settings,
            progress: done => progress.Report(
                AlsShare * done.Iteration / done.Iterations,
                $"{what}, iteration {done.Iteration} of {done.Iterations}, {done.Elapsed.TotalSeconds / done.Iteration:F2} s each"),
            cancellationToken: cancellationToken);
    }
}

/// <summary>The models of a fit beside popularity and the Markov chain.</summary>
internal sealed record WantedModels(bool Als, bool ItemNeighbors, bool UserNeighbors);
