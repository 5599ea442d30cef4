using RecSys.Algorithms.Als;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.Hybrid.Tuning;

/// <summary>The grids that are searched: wide enough for sparse purchases and dense listening counts alike.</summary>
internal static class SearchSpace
{
    /// <summary>Moves along what matters most for ALS at its final size; of each pair the second is tried when the first doesn't help.</summary>
    public static readonly Func<AlsSettings, AlsSettings>[][] AlsSteps =
    [
        [s => s with { Regularization = s.Regularization * 1.6f }, s => s with { Regularization = s.Regularization / 1.6f }],
        [s => s with { UnobservedWeight = s.UnobservedWeight / 1.8f }, s => s with { UnobservedWeight = s.UnobservedWeight * 1.8f }],
        [s => s with { Iterations = s.Iterations + 2 }, s => s with { Iterations = Math.Max(3, s.Iterations - 2) }],
    ];

    private static readonly double[] UserExponents = [0, 0.15, 0.3, 0.5, 0.7, 1];

    public static ItemNeighborOptions NeighborStart(TuningOptions options) => new HybridSettings().ItemNeighbors with
    {
        MemoryLimitBytes = options.MemoryLimitBytes,
        ThreadCount = options.ThreadCount,
    };

    public static IReadOnlyList<SettingsAxis<ItemNeighborOptions>> NeighborAxes(SparseMatrix train) =>
    [
        SettingsAxis<ItemNeighborOptions>.Of(Weightings(train), 0, (o, v) => o with { Weighting = v }),
        SettingsAxis<ItemNeighborOptions>.Of([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 2, (o, v) => o with { CandidateExponent = v }),
        SettingsAxis<ItemNeighborOptions>.Of(UserExponents, 2, (o, v) => o with { UserExponent = v }),
        SettingsAxis<ItemNeighborOptions>.Of([0.3, 0.4, 0.5, 0.6, 0.7], 2, (o, v) => o with { ProfileExponent = v }),
    ];

    public static SlimOptions SlimStart(TuningOptions options) => new()
    {
        NeighborCount = 100,
        MemoryLimitBytes = options.MemoryLimitBytes,
        ThreadCount = options.ThreadCount,
    };

    public static IReadOnlyList<SettingsAxis<SlimOptions>> SlimAxes(SparseMatrix train) =>
    [
        SettingsAxis<SlimOptions>.Of([2.0, 5, 10, 20, 40, 80, 160], 3, (o, v) => o with { Regularization = v }),
        SettingsAxis<SlimOptions>.Of(UserExponents, 2, (o, v) => o with { UserExponent = v }),
        SettingsAxis<SlimOptions>.Of([1.0, 0.5, 0.25], 1, (o, v) => o with { UnobservedWeight = v }),
        SettingsAxis<SlimOptions>.Of([0, 0.1, 0.2, 0.3], 1, (o, v) => o with { CandidateExponent = v }),
        SettingsAxis<SlimOptions>.Of([0.0, 1, 3], 1, (o, v) => o with { RelativeRegularization = v }),
        SettingsAxis<SlimOptions>.Of(SlimWeightings(train), 0, (o, v) => o with { Weighting = v }),
    ];

    public static AlsSettings AlsStart(TuningOptions options, int factorCount) => new HybridSettings().Als with
    {
        FactorCount = Math.Min(factorCount, options.MaxFactorCount),
        Seed = options.Seed,
        ThreadCount = options.ThreadCount,
    };

    public static IReadOnlyList<SettingsAxis<AlsSettings>> AlsAxes(SparseMatrix train)
    {
        (AlsConfidence Confidence, float Alpha)[] confidences = HasCounts(train)
            ? [(AlsConfidence.Uniform, 1), (AlsConfidence.Log, 1), (AlsConfidence.Log, 3), (AlsConfidence.Log, 10)]
            : [(AlsConfidence.Uniform, 1)];
        return
        [
            SettingsAxis<AlsSettings>.Of(confidences, 0, (s, v) => s with { Confidence = v.Confidence, Alpha = v.Alpha }),
            SettingsAxis<AlsSettings>.Of([0.0003f, 0.001f, 0.003f, 0.01f, 0.03f, 0.1f, 0.3f], 2, (s, v) => s with { Regularization = v }),
            SettingsAxis<AlsSettings>.Of([0.001f, 0.003f, 0.01f, 0.03f, 0.1f, 0.3f, 1f], 2, (s, v) => s with { UnobservedWeight = v }),
        ];
    }

    private static ItemWeighting[] Weightings(SparseMatrix train) => HasCounts(train)
        ? [ItemWeighting.Binary, ItemWeighting.TfIdf, ItemWeighting.Bm25]
        : [ItemWeighting.Binary];

    private static ItemWeighting[] SlimWeightings(SparseMatrix train) => HasCounts(train)
        ? [ItemWeighting.Binary, ItemWeighting.Bm25]
        : [ItemWeighting.Binary];

    private static bool HasCounts(SparseMatrix train)
    {
        var first = float.NaN;
        for (var user = 0; user < train.RowCount; user++)
        {
            foreach (var weight in train.RowValues(user))
            {
                if (float.IsNaN(first))
                {
                    first = weight;
                }
                else if (weight != first)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
