using RecSys.Algorithms.Als;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.Popularity;

namespace RecSys.Algorithms.Hybrid.Tuning;

/// <summary>
/// Finds the settings of a hybrid for a log within a time limit, on a validation part that is held out of train, and fits the
/// result on all of train. Nothing but train is looked at.
/// </summary>
/// <remarks>
/// Item neighbours, the sparse linear model and ALS with few factors are searched by hill climbing from their defaults; ALS then
/// grows as far as time allows, and is adjusted again at its final size; last come the weights of the blend. What is cheap is
/// searched first, and each step is left out when its predicted time would not leave enough for fitting the result.
/// </remarks>
public sealed class HybridTuner
{
    // Shares of the time limit after which a stage may begin no further trial.
    private const double NeighborsUntil = 0.08;
    private const double SlimUntil = 0.35;
    private const double SmallAlsUntil = 0.5;

    // Predictions are exceeded where other work shares the machine.
    private const double Caution = 1.3;
    private const int SearchFactorCount = 64;

    private readonly TuningOptions _options;
    private readonly TuningClock _clock;
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
        _clock = new TuningClock(time, options.TimeLimit);
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
            SearchSpace.NeighborStart(_options), SearchSpace.NeighborAxes(_data.Train), FitNeighbors, HybridSettings.Describe, NeighborsUntil);
        var slim = Search(SearchSpace.SlimStart(_options), SearchSpace.SlimAxes(_data.Train), FitSlim, HybridSettings.Describe, SlimUntil);
        slim = GrowSlim(slim);
        var als = Search(
            SearchSpace.AlsStart(_options, SearchFactorCount), SearchSpace.AlsAxes(_data.Train), FitAls, HybridSettings.Describe, SmallAlsUntil);
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
        var settings = new HybridSettings
        {
            Als = als.Settings,
            AlsWeight = WeightOf(als.Model),
            Slim = slim.Settings,
            SlimWeight = WeightOf(slim.Model),
            ItemNeighbors = neighbors.Settings,
            ItemNeighborWeight = WeightOf(neighbors.Model),
            PopularityWeight = WeightOf(popularity),
        };
        var searchSeconds = _clock.Elapsed;
        var model = settings.Fit(_train, _cancellationToken);
        return new TuningResult(model, settings, blend.Value, _trials, searchSeconds, _clock.Elapsed - searchSeconds);

        float WeightOf(IRecommender? model) => model is null ? 0 : blend.Weights[Array.IndexOf(usable, model)];
    }

    private Found<TSettings> Search<TSettings>(
        TSettings start,
        IReadOnlyList<SettingsAxis<TSettings>> axes,
        Func<TSettings, IRecommender> fit,
        Func<TSettings, IReadOnlyDictionary<string, object>> describe,
        double until)
    {
        Found<TSettings>? best = null;
        var search = new SettingsSearch<TSettings>(
            start,
            axes,
            settings =>
            {
                var tried = Try(settings, fit, describe);
                best = best is null || tried.Value > best.Value ? tried : best;
                return tried.Value;
            },
            () => best?.Model is not null && _clock.Elapsed < until * _clock.Limit);
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

        var larger = best.Settings with { NeighborCount = 2 * best.Settings.NeighborCount };
        const double Growth = 4;
        if (Growth * Seconds("slim") * Caution * (1 + (1 / _data.Share)) > SmallAlsUntil * _clock.Left)
        {
            return best;
        }

        var tried = Try(larger, FitSlim, HybridSettings.Describe);
        return tried.Value > best.Value ? tried : best;
    }

    // Doubles the factors while it helps and while the next size, fitted here and once more on all of train, fits into the time.
    private Found<AlsSettings> GrowAls(Found<AlsSettings> best)
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

            var tried = Try(best.Settings with { FactorCount = factors }, FitAls, HybridSettings.Describe);
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
    private Found<AlsSettings> AdjustAls(Found<AlsSettings> best)
    {
        var steps = SearchSpace.AlsSteps;
        var known = new HashSet<AlsSettings> { best.Settings };
        for (var round = 0; round < 2; round++)
        {
            var improved = false;
            foreach (var pair in steps)
            {
                foreach (var step in pair)
                {
                    var settings = step(best.Settings);
                    if (!known.Add(settings))
                    {
                        continue;
                    }

                    if (!Affords(Seconds("als") * settings.Iterations / best.Settings.Iterations))
                    {
                        return best;
                    }

                    var tried = Try(settings, FitAls, HybridSettings.Describe);
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
        return Caution * ((2 * seconds) + final) < _clock.Left;
    }

    private Found<TSettings> Try<TSettings>(
        TSettings settings, Func<TSettings, IRecommender> fit, Func<TSettings, IReadOnlyDictionary<string, object>> describe)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var start = _clock.Elapsed;
        IRecommender? model = null;
        var value = 0.0;
        string? failure = null;
        var name = settings switch { AlsSettings => "als", SlimOptions => "slim", _ => "item-knn" };
        try
        {
            model = fit(settings);
            value = Evaluator.Evaluate(
                model,
                _data.Train,
                _data.Validation,
                new EvaluationOptions { Metrics = [_options.Metric], ThreadCount = _options.ThreadCount },
                cancellationToken: _cancellationToken).Metrics[0].Value;
        }
        catch (AlgorithmException exception) when (exception.Error
            is AlgorithmError.TooLarge or AlgorithmError.SingularSystem or AlgorithmError.Diverged)
        {
            // These settings don't suit this log: the trial says so and others go on.
            failure = exception.Message;
        }

        _fitSeconds[name] = _clock.Elapsed - start;
        var trial = new TuningTrial(name, describe(settings), value, _fitSeconds[name], failure);
        _trials.Add(trial);
        _progress?.Report(trial);
        return new Found<TSettings>(settings, model, value);
    }

    private double Seconds(string model) => _fitSeconds.GetValueOrDefault(model);

    private IRecommender FitNeighbors(ItemNeighborOptions options) => ItemNeighborModel.Fit(_data.Train, options, _cancellationToken);

    private IRecommender FitSlim(SlimOptions options) => SlimModel.Fit(_data.Train, options, cancellationToken: _cancellationToken);

    private IRecommender FitAls(AlsSettings settings) => AlsModel.Fit(_data.Train, settings, cancellationToken: _cancellationToken);

    private sealed record Found<TSettings>(TSettings Settings, IRecommender? Model, double Value);
}
