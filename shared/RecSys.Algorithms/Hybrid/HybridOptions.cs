using RecSys.Algorithms.Als;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.Hybrid;

/// <summary>
/// The parts of a hybrid with their weights. A part with weight 0 isn't fitted. The defaults are a fair start for sparse logs of
/// any size; <see cref="HybridTuner"/> finds better ones for a given log.
/// </summary>
public sealed record HybridOptions
{
    /// <summary>Settings of ALS.</summary>
    public AlsOptions Als { get; init; } = new()
    {
        FactorCount = 256,
        Iterations = 8,
        Confidence = AlsConfidence.Uniform,
        UnobservedWeight = 0.01f,
        Regularization = 0.003f,
        RegularizationExponent = 1,
    };

    /// <summary>Weight of ALS.</summary>
    public float AlsWeight { get; init; } = 1;

    /// <summary>Settings of the sparse linear model.</summary>
    public SlimOptions Slim { get; init; } = new();

    /// <summary>Weight of the sparse linear model.</summary>
    public float SlimWeight { get; init; } = 0.3f;

    /// <summary>Settings of item neighbours.</summary>
    public ItemNeighborOptions ItemNeighbors { get; init; } = new()
    {
        Weighting = ItemWeighting.Binary,
        UserExponent = 0.3,
        CandidateExponent = 0.3,
    };

    /// <summary>Weight of item neighbours.</summary>
    public float ItemNeighborWeight { get; init; }

    /// <summary>Weight of popularity, by distinct users.</summary>
    public float PopularityWeight { get; init; }

    /// <summary>Fits the parts on a matrix and combines them.</summary>
    /// <exception cref="AlgorithmException">A part can't be fitted, or all weights are 0.</exception>
    public HybridModel Fit(SparseMatrix train, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        return new HybridModel(train, [.. Parts.Select(part => new HybridComponent(part.Fit(train, cancellationToken), part.Weight))]);
    }

    /// <summary>The parts that count.</summary>
    internal IReadOnlyList<HybridPart> Parts => [.. new HybridPart[]
    {
        new("als", AlsWeight, Describe(Als), (train, cancel) => AlsModel.Fit(train, Als, cancellationToken: cancel)),
        new("slim", SlimWeight, Describe(Slim), (train, cancel) => SlimModel.Fit(train, Slim, cancellationToken: cancel)),
        new("item-knn", ItemNeighborWeight, Describe(ItemNeighbors), (train, cancel) => ItemNeighborModel.Fit(train, ItemNeighbors, cancel)),
        new("popularity", PopularityWeight, new Dictionary<string, object>(), (train, _) => PopularityModel.Fit(train, PopularityMeasure.Users)),
    }.Where(part => part.Weight > 0)];

    /// <summary>The same without one of the parts.</summary>
    internal HybridOptions Without(string part) => part switch
    {
        "als" => this with { AlsWeight = 0 },
        "slim" => this with { SlimWeight = 0 },
        "item-knn" => this with { ItemNeighborWeight = 0 },
        _ => this with { PopularityWeight = 0 },
    };

    /// <summary>
    /// The weights (<c>hybrid.als</c>, …) and the settings of the parts that count (<c>als.factors</c>, …), by the names under
    /// which `recsys evaluate --set` takes them.
    /// </summary>
    public IReadOnlyDictionary<string, object> Describe()
    {
        var settings = new Dictionary<string, object>
        {
            ["hybrid.als"] = AlsWeight,
            ["hybrid.slim"] = SlimWeight,
            ["hybrid.item-knn"] = ItemNeighborWeight,
            ["hybrid.popularity"] = PopularityWeight,
        };
        foreach (var part in Parts)
        {
            foreach (var (name, value) in part.Settings)
            {
                settings[$"{part.Name}.{name}"] = value;
            }
        }

        return settings;
    }

    internal static IReadOnlyDictionary<string, object> Describe(AlsOptions als)
    {
        var settings = new Dictionary<string, object>
        {
            ["factors"] = als.FactorCount,
            ["iterations"] = als.Iterations,
            ["regularization"] = als.Regularization,
            ["regularization_exponent"] = als.RegularizationExponent,
            ["confidence"] = als.Confidence.ToString().ToLowerInvariant(),
            ["alpha"] = als.Alpha,
            ["seed"] = als.Seed,
        };
        if (als.UnobservedWeight is { } weight)
        {
            settings["unobserved_weight"] = weight;
        }

        return settings;
    }

    internal static IReadOnlyDictionary<string, object> Describe(SlimOptions slim) => new Dictionary<string, object>
    {
        ["weighting"] = Describe(slim.Weighting),
        ["neighbors"] = slim.NeighborCount,
        ["regularization"] = slim.Regularization,
        ["relative_regularization"] = slim.RelativeRegularization,
        ["user_exponent"] = slim.UserExponent,
        ["candidate_exponent"] = slim.CandidateExponent,
        ["unobserved_weight"] = slim.UnobservedWeight,
    };

    internal static IReadOnlyDictionary<string, object> Describe(ItemNeighborOptions neighbors) => new Dictionary<string, object>
    {
        ["weighting"] = Describe(neighbors.Weighting),
        ["neighbors"] = neighbors.NeighborCount,
        ["user_exponent"] = neighbors.UserExponent,
        ["profile_exponent"] = neighbors.ProfileExponent,
        ["candidate_exponent"] = neighbors.CandidateExponent,
        ["shrinkage"] = neighbors.Shrinkage,
    };

    private static string Describe(ItemWeighting weighting) => weighting == ItemWeighting.TfIdf ? "tf-idf" : weighting.ToString().ToLowerInvariant();
}

/// <summary>A part of a hybrid that is not fitted yet.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Weight">How much it counts.</param>
/// <param name="Settings">Its options by name.</param>
/// <param name="Fit">Fits it to users × items.</param>
internal sealed record HybridPart(
    string Name, float Weight, IReadOnlyDictionary<string, object> Settings, Func<SparseMatrix, CancellationToken, IRecommender> Fit);
