using RecSys.Algorithms.Als;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.Hybrid;

/// <summary>
/// Finds the settings of a hybrid for a log within a time limit or a number of trials, on a validation part that is held out of
/// train, and fits the result on all of train. Nothing but train is looked at.
/// </summary>
/// <remarks>
/// Item neighbours, the sparse linear model and ALS with few factors are searched by hill climbing from their defaults. ALS then
/// grows as far as the budget allows, and is adjusted again at its final size. Last come the weights of the blend. What is cheap
/// is searched first. With a time limit, a step is left out when its predicted time would not leave enough for fitting the result.
/// </remarks>
public sealed class HybridTuner
{
    // Shares of the budget after which a stage may begin no further trial.
    private const double NeighborsUntil = 0.08;
    private const double SlimUntil = 0.35;
    private const double SmallAlsUntil = 0.5;

    private const int SearchFactorCount = 64;

    private readonly TuningOptions _options;
    private readonly TuningBudget _budget;
    private readonly IProgress<TuningTrial>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly SparseMatrix _train;
    private readonly SearchData _data;
    private readonly List<TuningTrial> _trials = [];
    private readonly Dictionary<string, double> _fitSeconds = [];

    private HybridTuner(
        SparseMatrix train, TuningOptions options, TimeProvider time, IProgress<TuningTrial>? progress, CancellationToken cancellationToken)
    {
        _train = train;
        _options = options;
        _budget = new TuningBudget(time, options);
        _progress = progress;
        _cancellationToken = cancellationToken;
        _data = SearchData.Create(train, options);
    }

    /// <summary>Searches and fits.</summary>
    /// <param name="train">Users × items.</param>
    /// <param name="options">Limits and aim; null for the defaults.</param>
    /// <param name="progress">Receives every trial as it ends.</param>
    /// <param name="time">The clock that the limit is measured by; null for the system's.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">No cells, a setting out of range, or users with too few items to hold any out.</exception>
    public static TuningResult Tune(
        SparseMatrix train,
        TuningOptions? options = null,
        IProgress<TuningTrial>? progress = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new TuningOptions();
        options.Validate();
        if (train.CellCount == 0)
        {
            throw new AlgorithmException(AlgorithmError.EmptyMatrix, "There is no interaction to learn from; import or submit listens first.");
        }

        return new HybridTuner(train, options, time ?? TimeProvider.System, progress, cancellationToken).Run();
    }

    private TuningResult Run()
    {
        var popularity = PopularityModel.Fit(_data.Train, PopularityMeasure.Users);
        var neighbors = Search(
            SearchSpace.NeighborStart(_options), SearchSpace.NeighborAxes(_data.Train), FitNeighbors, HybridOptions.Describe, NeighborsUntil);
        var slim = Search(SearchSpace.SlimStart(_options), SearchSpace.SlimAxes(_data.Train), FitSlim, HybridOptions.Describe, SlimUntil);
        slim = GrowSlim(slim);
        var als = Search(
            SearchSpace.AlsStart(_options, SearchFactorCount), SearchSpace.AlsAxes(_data.Train), FitAls, HybridOptions.Describe, SmallAlsUntil);
        als = GrowAls(als);
        als = AdjustAls(als);

        var models = new[] { als.Model, slim.Model, neighbors.Model, popularity };
        var usable = models.OfType<IRecommender>().ToArray();
        var blend = BlendFitter.Fit(
            usable,
            _data.Train,
            _data.Validation,
            new BlendOptions
            {
                Metric = _options.Metric,
                CandidatesPerModel = Math.Max(200, 2 * _options.Metric.CutOff),
                Seed = _options.Seed,
                ThreadCount = _options.ThreadCount,
            },
            _cancellationToken);
        var found = new HybridOptions
        {
            Als = als.Options,
            AlsWeight = WeightOf(als.Model),

            // What items have in common grows with the users, and with it the regularization that fits.
            Slim = slim.Options with { Regularization = slim.Options.Regularization / _data.UserShare },
            SlimWeight = WeightOf(slim.Model),
            ItemNeighbors = neighbors.Options,
            ItemNeighborWeight = WeightOf(neighbors.Model),
            PopularityWeight = WeightOf(popularity),
        };
        var searchSeconds = _budget.Elapsed;
        var (model, options) = FitAll(found);
        return new TuningResult(model, options, blend.Value, _trials, searchSeconds, _budget.Elapsed - searchSeconds);

        float WeightOf(IRecommender? model) => model is null ? 0 : blend.Weights[Array.IndexOf(usable, model)];
    }

    // A part may suit the sample and still not fit all of train: it is left out and its trial says why.
    private (HybridModel Model, HybridOptions Options) FitAll(HybridOptions options)
    {
        var components = new List<HybridComponent>();
        foreach (var part in options.Parts)
        {
            var start = _budget.Elapsed;
            try
            {
                components.Add(new HybridComponent(part.Fit(_train, _cancellationToken), part.Weight));
            }
            catch (AlgorithmException exception) when (DoesNotSuit(exception))
            {
                options = options.Without(part.Name);
                Record(new TuningTrial(part.Name, part.Settings, 0, _budget.Elapsed - start, $"On all of train: {exception.Message}"));
            }
        }

        return components.Count > 0
            ? (new HybridModel(_train, components), options)
            : FitAll(options with { PopularityWeight = 1 });
    }

    private Found<TOptions> Search<TOptions>(
        TOptions start,
        IReadOnlyList<GridAxis<TOptions>> axes,
        Func<TOptions, IRecommender> fit,
        Func<TOptions, IReadOnlyDictionary<string, object>> describe,
        double until)
    {
        Found<TOptions>? best = null;
        var search = new GridSearch<TOptions>(
            start,
            axes,
            options =>
            {
                var tried = Try(options, fit, describe);
                best = best is null || tried.Value > best.Value ? tried : best;
                return tried.Value;
            },
            () => best?.Model is not null && _budget.IsBefore(until));
        search.Run();
        return best!;
    }

    // More neighbours cost time but seldom hurt.
    private Found<SlimOptions> GrowSlim(Found<SlimOptions> best)
    {
        if (best.Model is null)
        {
            return best;
        }

        var larger = best.Options with { NeighborCount = 2 * best.Options.NeighborCount };
        const double Growth = 4;
        if (!_budget.Affords(Growth * Seconds("slim") * (1 + (1 / _data.Share)), SmallAlsUntil))
        {
            return best;
        }

        var tried = Try(larger, FitSlim, HybridOptions.Describe);
        return tried.Value > best.Value ? tried : best;
    }

    // Doubles the factors while it helps and while the budget has room for the next size, fitted here and once more on all of train.
    private Found<AlsOptions> GrowAls(Found<AlsOptions> best)
    {
        var before = 0.0;
        var last = Seconds("als");
        for (var factors = 2 * SearchFactorCount; factors <= _options.MaxFactorCount; factors *= 2)
        {
            // Between linear and quadratic; the first step has nothing to be judged by.
            var growth = before > 0 ? Math.Clamp(last / before, 2, 4) : 3;
            if (!Affords(growth * last))
            {
                break;
            }

            var tried = Try(best.Options with { FactorCount = factors }, FitAls, HybridOptions.Describe);
            (before, last) = (last, Seconds("als"));
            if (tried.Value <= best.Value)
            {
                break;
            }

            best = tried;
        }

        return best;
    }

    // Small steps of what matters most at the final size.
    private Found<AlsOptions> AdjustAls(Found<AlsOptions> best)
    {
        var steps = SearchSpace.AlsSteps;
        var known = new HashSet<AlsOptions> { best.Options };
        for (var round = 0; round < 2; round++)
        {
            var improved = false;
            foreach (var pair in steps)
            {
                foreach (var step in pair)
                {
                    var options = step(best.Options);
                    if (!known.Add(options))
                    {
                        continue;
                    }

                    if (!Affords(Seconds("als") * options.Iterations / best.Options.Iterations))
                    {
                        return best;
                    }

                    var tried = Try(options, FitAls, HybridOptions.Describe);
                    if (tried.Value > best.Value)
                    {
                        best = tried;
                        improved = true;
                        break;
                    }
                }
            }

            if (!improved)
            {
                break;
            }
        }

        return best;
    }

    // Whether another ALS trial leaves time for the blend, about one trial, and for fitting everything on all of train.
    private bool Affords(double seconds)
    {
        var final = (seconds + Seconds("slim") + Seconds("item-knn")) / _data.Share;
        return _budget.Affords((2 * seconds) + final);
    }

    private Found<TOptions> Try<TOptions>(
        TOptions options, Func<TOptions, IRecommender> fit, Func<TOptions, IReadOnlyDictionary<string, object>> describe)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var start = _budget.Elapsed;
        _budget.Trials++;
        IRecommender? model = null;
        var value = 0.0;
        string? failure = null;
        var name = options switch { AlsOptions => "als", SlimOptions => "slim", _ => "item-knn" };
        try
        {
            model = fit(options);
            value = Evaluator.Evaluate(
                model,
                _data.Train,
                _data.Validation,
                new EvaluationOptions { Metrics = [_options.Metric], ThreadCount = _options.ThreadCount },
                cancellationToken: _cancellationToken).Metrics[0].Value;
        }
        catch (AlgorithmException exception) when (DoesNotSuit(exception))
        {
            // The trial says so, and others go on.
            failure = exception.Message;
        }

        _fitSeconds[name] = _budget.Elapsed - start;
        Record(new TuningTrial(name, describe(options), value, _fitSeconds[name], failure));
        return new Found<TOptions>(options, model, value);
    }

    private void Record(TuningTrial trial)
    {
        _trials.Add(trial);
        _progress?.Report(trial);
    }

    // Options that can't be fitted to this log; other options may.
    private static bool DoesNotSuit(AlgorithmException exception) =>
        exception.Error is AlgorithmError.TooLarge or AlgorithmError.SingularSystem or AlgorithmError.Diverged;

    private double Seconds(string model) => _fitSeconds.GetValueOrDefault(model);

    private IRecommender FitNeighbors(ItemNeighborOptions options) => ItemNeighborModel.Fit(_data.Train, options, _cancellationToken);

    private IRecommender FitSlim(SlimOptions options) => SlimModel.Fit(_data.Train, options, cancellationToken: _cancellationToken);

    private IRecommender FitAls(AlsOptions options) => AlsModel.Fit(_data.Train, options, cancellationToken: _cancellationToken);

    private sealed record Found<TOptions>(TOptions Options, IRecommender? Model, double Value);
}

/// <summary>How much a search may still spend: trials where their number is given, else time.</summary>
internal sealed class TuningBudget(TimeProvider time, TuningOptions options)
{
    // Predictions are exceeded where other work shares the machine.
    private const double Caution = 1.3;

    private readonly long _start = time.GetTimestamp();

    /// <summary>Trials begun.</summary>
    public int Trials { get; set; }

    /// <summary>Seconds since the search began.</summary>
    public double Elapsed => time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Whether less than a share of the budget is spent.</summary>
    public bool IsBefore(double share) =>
        options.MaxTrials is { } trials ? Trials < share * trials : Elapsed < share * options.TimeLimit.TotalSeconds;

    /// <summary>Whether there is room for one more trial.</summary>
    /// <param name="seconds">What it and all that must follow are predicted to take.</param>
    /// <param name="share">The share of what is left that it may take.</param>
    public bool Affords(double seconds, double share = 1) => options.MaxTrials is { } trials
        ? Trials < trials
        : Caution * seconds < share * (options.TimeLimit.TotalSeconds - Elapsed);
}

/// <summary>What a search found.</summary>
/// <param name="Model">The hybrid with the best settings, fitted on all of train. A part that can't be fitted to all of it is left out.</param>
/// <param name="Options">Its options.</param>
/// <param name="ValidationValue">The metric of the hybrid on validation interactions.</param>
/// <param name="Trials">Everything that was tried, in order; last the parts that could not be fitted on all of train.</param>
/// <param name="SearchSeconds">Time of the search.</param>
/// <param name="FitSeconds">Time of fitting the result.</param>
public sealed record TuningResult(
    HybridModel Model,
    HybridOptions Options,
    double ValidationValue,
    IReadOnlyList<TuningTrial> Trials,
    double SearchSeconds,
    double FitSeconds);

/// <summary>One model that was fitted on the search part and measured on validation users.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Settings">What set it apart, by name.</param>
/// <param name="Value">The metric; 0 when the model could not be fitted.</param>
/// <param name="Seconds">Time to fit and measure it.</param>
/// <param name="Failure">Why it could not be fitted, else null.</param>
public sealed record TuningTrial(
    string Model, IReadOnlyDictionary<string, object> Settings, double Value, double Seconds, string? Failure = null);
