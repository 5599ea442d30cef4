using RecSys.Algorithms.Als;
using RecSys.Algorithms.Hybrid;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.NextTracks;
using RecSys.Cli.Output;
using RecSys.Trainer.Settings;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>All models that can be measured.</summary>
internal static class ModelFamilies
{
    public const string Baseline = "popularity";

    private static readonly (string, ItemWeighting)[] Weightings =
        [("counts", ItemWeighting.Counts), ("binary", ItemWeighting.Binary), ("tf-idf", ItemWeighting.TfIdf), ("bm25", ItemWeighting.Bm25)];

    private static readonly HybridOptions HybridDefaults = new();

    /// <summary>Models that stand alone. ALS is measured as <c>recsys train</c> would fit it.</summary>
    private static readonly ModelFamily[] Single =
        [Popularity(PopularityMeasure.Plays), ItemKnn(new ItemNeighborOptions()), UserKnn(), Als(TrainingDefaults.Als), Ease(), Slim(new SlimOptions()), Markov()];

    /// <summary>Every model, in the order in which they are listed.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        .. Single,
        new HybridFamily(
        [
            new HybridPart(Als(HybridDefaults.Als), HybridDefaults.AlsWeight),
            new HybridPart(Slim(HybridDefaults.Slim), HybridDefaults.SlimWeight),
            new HybridPart(ItemKnn(HybridDefaults.ItemNeighbors), HybridDefaults.ItemNeighborWeight),
            new HybridPart(UserKnn(), 0),
            new HybridPart(Ease(), 0),
            new HybridPart(Popularity(PopularityMeasure.Users), HybridDefaults.PopularityWeight),
        ]),
    ];

    /// <exception cref="UsageException">There is no such model.</exception>
    public static ModelFamily Find(string name) =>
        All.FirstOrDefault(family => family.Name == name)
        ?? throw new UsageException($"--model {name}: there is no such model. There are {string.Join(", ", All.Select(family => family.Name))}.");

    private static ModelFamily<PopularityChoice> Popularity(PopularityMeasure measure) => new(
        Baseline,
        new PopularityChoice(measure),
        [
            ModelSetting<PopularityChoice>.Choice(
                "measure",
                [("plays", PopularityMeasure.Plays), ("users", PopularityMeasure.Users), ("rating", PopularityMeasure.Rating)],
                o => o.Measure,
                (o, v) => new PopularityChoice(v)),
        ],
        (request, options) => new FittedModel(PopularityModel.Fit(request.Train, options.Measure)));

    private static ModelFamily<AlsOptions> Als(AlsOptions defaults) => new(
        "als",
        defaults,
        [
            ModelSetting<AlsOptions>.Integer("factors", o => o.FactorCount, (o, v) => o with { FactorCount = v }),
            ModelSetting<AlsOptions>.Integer("iterations", o => o.Iterations, (o, v) => o with { Iterations = v }),
            ModelSetting<AlsOptions>.Number("regularization", o => Exact(o.Regularization), (o, v) => o with { Regularization = (float)v }),
            ModelSetting<AlsOptions>.Number("regularization_exponent", o => Exact(o.RegularizationExponent), (o, v) => o with { RegularizationExponent = (float)v }) with { Alias = "nu" },
            ModelSetting<AlsOptions>.Choice(
                "confidence",
                [("linear", AlsConfidence.Linear), ("log", AlsConfidence.Log), ("uniform", AlsConfidence.Uniform)],
                o => o.Confidence,
                (o, v) => o with { Confidence = v }),
            ModelSetting<AlsOptions>.Number("alpha", o => Exact(o.Alpha), (o, v) => o with { Alpha = (float)v }),
            ModelSetting<AlsOptions>.Number("unobserved_weight", o => Exact(o.UnobservedWeight ?? 0), (o, v) => o with { UnobservedWeight = v == 0 ? null : (float)v }),
            ModelSetting<AlsOptions>.Choice(
                "solver", [("cholesky", AlsSolver.Cholesky), ("cg", AlsSolver.ConjugateGradient)], o => o.Solver, (o, v) => o with { Solver = v }),
            ModelSetting<AlsOptions>.Integer("cg_steps", o => o.ConjugateGradientSteps, (o, v) => o with { ConjugateGradientSteps = v }),
            ModelSetting<AlsOptions>.Number("initial_scale", o => Exact(o.InitialScale), (o, v) => o with { InitialScale = (float)v }),
            ModelSetting<AlsOptions>.Integer("seed", o => o.Seed, (o, v) => o with { Seed = v }),
            ModelSetting<AlsOptions>.Integer("threads", o => o.ThreadCount, (o, v) => o with { ThreadCount = v }),
        ],
        FitAls,
        check: settings => settings.Validate());

    private static ModelFamily<ItemNeighborOptions> ItemKnn(ItemNeighborOptions defaults) => new(
        "item-knn",
        defaults,
        [
            ModelSetting<ItemNeighborOptions>.Integer("neighbors", o => o.NeighborCount, (o, v) => o with { NeighborCount = v }),
            ModelSetting<ItemNeighborOptions>.Choice("weighting", Weightings, o => o.Weighting, (o, v) => o with { Weighting = v }),
            ModelSetting<ItemNeighborOptions>.Number("shrinkage", o => o.Shrinkage, (o, v) => o with { Shrinkage = v }),
            ModelSetting<ItemNeighborOptions>.Number("user_exponent", o => o.UserExponent, (o, v) => o with { UserExponent = v }),
            ModelSetting<ItemNeighborOptions>.Number("profile_exponent", o => o.ProfileExponent, (o, v) => o with { ProfileExponent = v }),
            ModelSetting<ItemNeighborOptions>.Number("candidate_exponent", o => o.CandidateExponent, (o, v) => o with { CandidateExponent = v }),
            ModelSetting<ItemNeighborOptions>.Number("bm25_k1", o => o.Bm25K1, (o, v) => o with { Bm25K1 = v }),
            ModelSetting<ItemNeighborOptions>.Number("bm25_b", o => o.Bm25B, (o, v) => o with { Bm25B = v }),
            ModelSetting<ItemNeighborOptions>.Switch("score_unrelated", o => o.ScoreUnrelated, (o, v) => o with { ScoreUnrelated = v }),
            ModelSetting<ItemNeighborOptions>.Integer("threads", o => o.ThreadCount, (o, v) => o with { ThreadCount = v }),
        ],
        (request, options) => new FittedModel(ItemNeighborModel.Fit(request.Train, options, request.CancellationToken)));

    private static ModelFamily<UserNeighborOptions> UserKnn() => new(
        "user-knn",
        new UserNeighborOptions(),
        [
            ModelSetting<UserNeighborOptions>.Integer("neighbors", o => o.NeighborCount, (o, v) => o with { NeighborCount = v }),
            ModelSetting<UserNeighborOptions>.Switch("center", o => o.Center, (o, v) => o with { Center = v }),
            ModelSetting<UserNeighborOptions>.Switch("score_unrelated", o => o.ScoreUnrelated, (o, v) => o with { ScoreUnrelated = v }),
            ModelSetting<UserNeighborOptions>.Integer("threads", o => o.ThreadCount, (o, v) => o with { ThreadCount = v }),
        ],
        (request, options) => new FittedModel(UserNeighborModel.Fit(request.Train, options, request.CancellationToken)));

    private static ModelFamily<MarkovOptions> Markov() => new(
        "markov",
        new MarkovOptions(),
        [
            ModelSetting<MarkovOptions>.Number("smoothing", o => o.Smoothing, (o, v) => o with { Smoothing = v }),
            ModelSetting<MarkovOptions>.Integer("backoff", o => o.BackoffCount, (o, v) => o with { BackoffCount = v }),
        ],
        (request, options) => new FittedModel(MarkovModel.Fit(
            NextTrackPairs.FromLog(request.TrainLog(), new SessionOptions(), out _), options, seen: request.Train)),
        needsTimes: true);

    private static ModelFamily<EaseOptions> Ease() => new(
        "ease",
        new EaseOptions(),
        [
            ModelSetting<EaseOptions>.Number("regularization", o => o.Regularization, (o, v) => o with { Regularization = v }),
            ModelSetting<EaseOptions>.Choice("weighting", Weightings, o => o.Weighting, (o, v) => o with { Weighting = v }),
            ModelSetting<EaseOptions>.Number("user_exponent", o => o.UserExponent, (o, v) => o with { UserExponent = v }),
            ModelSetting<EaseOptions>.Integer("threads", o => o.ThreadCount, (o, v) => o with { ThreadCount = v }),
        ],
        (request, options) => new FittedModel(EaseModel.Fit(request.Train, options, Share(request), request.CancellationToken)));

    private static ModelFamily<SlimOptions> Slim(SlimOptions defaults) => new(
        "slim",
        defaults,
        [
            ModelSetting<SlimOptions>.Integer("neighbors", o => o.NeighborCount, (o, v) => o with { NeighborCount = v }),
            ModelSetting<SlimOptions>.Choice("weighting", Weightings, o => o.Weighting, (o, v) => o with { Weighting = v }),
            ModelSetting<SlimOptions>.Number("regularization", o => o.Regularization, (o, v) => o with { Regularization = v }),
            ModelSetting<SlimOptions>.Number("relative_regularization", o => o.RelativeRegularization, (o, v) => o with { RelativeRegularization = v }),
            ModelSetting<SlimOptions>.Number("user_exponent", o => o.UserExponent, (o, v) => o with { UserExponent = v }),
            ModelSetting<SlimOptions>.Number("candidate_exponent", o => o.CandidateExponent, (o, v) => o with { CandidateExponent = v }),
            ModelSetting<SlimOptions>.Number("unobserved_weight", o => o.UnobservedWeight, (o, v) => o with { UnobservedWeight = v }),
            ModelSetting<SlimOptions>.Integer("threads", o => o.ThreadCount, (o, v) => o with { ThreadCount = v }),
        ],
        (request, options) => new FittedModel(SlimModel.Fit(request.Train, options, Share(request), request.CancellationToken)));

    private static FittedModel FitAls(FitRequest request, AlsOptions settings)
    {
        var model = AlsModel.Fit(
            request.Train,
            settings with { ComputeLoss = request.WithLoss },
            progress: p => request.Report(
                (double)p.Iteration / p.Iterations,
                p.Loss is { } loss
                    ? $"iteration {p.Iteration} of {p.Iterations}, loss {loss:G6}"
                    : $"iteration {p.Iteration} of {p.Iterations}"),
            cancellationToken: request.CancellationToken);
        return new FittedModel(model) { Losses = model.Losses };
    }

    private static ShareProgress Share(FitRequest request) => new(share => request.Report(share, null));

    // The shortest decimal that gives the same single: 0.1, not 0.10000000149.
    private static double Exact(float value) => (double)(decimal)value;

    private sealed record PopularityChoice(PopularityMeasure Measure);
}
