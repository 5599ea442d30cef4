using RecSys.Algorithms.Als;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.Splits;

namespace RecSys.Algorithms.Hybrid;

/// <summary>The grids that are searched: wide enough for sparse purchases and dense listening counts alike.</summary>
internal static class SearchSpace
{
    /// <summary>Moves along what matters most for ALS at its final size; of each pair the second is tried when the first doesn't help.</summary>
    public static readonly Func<AlsOptions, AlsOptions>[][] AlsSteps =
    [
        [s => s with { Regularization = s.Regularization * 1.6f }, s => s with { Regularization = s.Regularization / 1.6f }],
        [s => s with { UnobservedWeight = s.UnobservedWeight / 1.8f }, s => s with { UnobservedWeight = s.UnobservedWeight * 1.8f }],
        [s => s with { Iterations = s.Iterations + 2 }, s => s with { Iterations = Math.Max(3, s.Iterations - 2) }],
    ];

    private static readonly double[] UserExponents = [0, 0.15, 0.3, 0.5, 0.7, 1];

    public static ItemNeighborOptions NeighborStart(TuningOptions options) => new HybridOptions().ItemNeighbors with
    {
        MemoryLimitBytes = options.MemoryLimitBytes,
        ThreadCount = options.ThreadCount,
    };

    public static IReadOnlyList<GridAxis<ItemNeighborOptions>> NeighborAxes(SparseMatrix train) =>
    [
        GridAxis<ItemNeighborOptions>.Of(Weightings(train), 0, (o, v) => o with { Weighting = v }),
        GridAxis<ItemNeighborOptions>.Of([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 2, (o, v) => o with { CandidateExponent = v }),
        GridAxis<ItemNeighborOptions>.Of(UserExponents, 2, (o, v) => o with { UserExponent = v }),
        GridAxis<ItemNeighborOptions>.Of([0.3, 0.4, 0.5, 0.6, 0.7], 2, (o, v) => o with { ProfileExponent = v }),
    ];

    public static SlimOptions SlimStart(TuningOptions options) => new()
    {
        NeighborCount = 100,
        MemoryLimitBytes = options.MemoryLimitBytes,
        ThreadCount = options.ThreadCount,
    };

    public static IReadOnlyList<GridAxis<SlimOptions>> SlimAxes(SparseMatrix train) =>
    [
        GridAxis<SlimOptions>.Of([2.0, 5, 10, 20, 40, 80, 160], 3, (o, v) => o with { Regularization = v }),
        GridAxis<SlimOptions>.Of(UserExponents, 2, (o, v) => o with { UserExponent = v }),
        GridAxis<SlimOptions>.Of([1.0, 0.5, 0.25], 1, (o, v) => o with { UnobservedWeight = v }),
        GridAxis<SlimOptions>.Of([0, 0.1, 0.2, 0.3], 1, (o, v) => o with { CandidateExponent = v }),
        GridAxis<SlimOptions>.Of([0.0, 1, 3], 1, (o, v) => o with { RelativeRegularization = v }),
        GridAxis<SlimOptions>.Of(SlimWeightings(train), 0, (o, v) => o with { Weighting = v }),
    ];

    public static AlsOptions AlsStart(TuningOptions options, int factorCount) => new HybridOptions().Als with
    {
        FactorCount = Math.Min(factorCount, options.MaxFactorCount),
        Seed = options.Seed,
        ThreadCount = options.ThreadCount,
    };

    public static IReadOnlyList<GridAxis<AlsOptions>> AlsAxes(SparseMatrix train)
    {
        (AlsConfidence Confidence, float Alpha)[] confidences = HasCounts(train)
            ? [(AlsConfidence.Uniform, 1), (AlsConfidence.Log, 1), (AlsConfidence.Log, 3), (AlsConfidence.Log, 10)]
            : [(AlsConfidence.Uniform, 1)];
        return
        [
            GridAxis<AlsOptions>.Of(confidences, 0, (s, v) => s with { Confidence = v.Confidence, Alpha = v.Alpha }),
            GridAxis<AlsOptions>.Of([0.0003f, 0.001f, 0.003f, 0.01f, 0.03f, 0.1f, 0.3f], 2, (s, v) => s with { Regularization = v }),
            GridAxis<AlsOptions>.Of([0.001f, 0.003f, 0.01f, 0.03f, 0.1f, 0.3f, 1f], 2, (s, v) => s with { UnobservedWeight = v }),
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

/// <summary>
/// Hill climbing over a grid of options, one axis after the other: from the best point so far the next value in each direction
/// is tried, and a direction that improves is followed. Ends when no neighbour is better, or when time is up. No point is
/// measured twice.
/// </summary>
internal sealed class GridSearch<TOptions>(
    TOptions start, IReadOnlyList<GridAxis<TOptions>> axes, Func<TOptions, double> measure, Func<bool> hasTime)
{
    private readonly Dictionary<string, double> _measured = [];

    /// <summary>Searches; the starting point is measured in any case.</summary>
    public (TOptions Options, double Value) Run()
    {
        var point = axes.Select(axis => axis.Start).ToArray();
        var best = Measure(point);
        var improved = true;
        while (improved && hasTime())
        {
            improved = false;
            for (var axis = 0; axis < axes.Count; axis++)
            {
                if (Climb(point, axis, 1, ref best) || Climb(point, axis, -1, ref best))
                {
                    improved = true;
                }
            }
        }

        return (At(point), best);
    }

    private bool Climb(int[] point, int axis, int direction, ref double best)
    {
        var climbed = false;
        while (hasTime())
        {
            point[axis] += direction;
            if (point[axis] >= 0 && point[axis] < axes[axis].Count)
            {
                var value = Measure(point);
                if (value > best)
                {
                    best = value;
                    climbed = true;
                    continue;
                }
            }

            point[axis] -= direction;
            break;
        }

        return climbed;
    }

    private double Measure(int[] point)
    {
        var key = string.Join(',', point);
        if (!_measured.TryGetValue(key, out var value))
        {
            _measured[key] = value = measure(At(point));
        }

        return value;
    }

    private TOptions At(int[] point)
    {
        var options = start;
        for (var axis = 0; axis < point.Length; axis++)
        {
            options = axes[axis].Apply(options, point[axis]);
        }

        return options;
    }
}

/// <summary>One option that a search may move along a row of values.</summary>
/// <param name="Count">Number of values, in an order in which neighbours are alike.</param>
/// <param name="Start">Where the search begins.</param>
/// <param name="Apply">The options with the value at an index.</param>
internal sealed record GridAxis<TOptions>(int Count, int Start, Func<TOptions, int, TOptions> Apply)
{
    /// <summary>An axis over given values.</summary>
    public static GridAxis<TOptions> Of<TValue>(IReadOnlyList<TValue> values, int start, Func<TOptions, TValue, TOptions> apply) =>
        new(values.Count, start, (options, index) => apply(options, values[index]));
}

/// <summary>What settings are searched on: most items of users, and the rest of their items for some of them.</summary>
/// <param name="Train">What models are fitted on.</param>
/// <param name="Validation">What they are measured on.</param>
/// <param name="Share">Cells of <paramref name="Train"/> as a share of the cells of all of train.</param>
/// <param name="UserShare">Cells of the users that settings are searched on, as a share of all cells; 1 for all users.</param>
internal sealed record SearchData(SparseMatrix Train, SparseMatrix Validation, double Share, double UserShare)
{
    public static SearchData Create(SparseMatrix train, TuningOptions options)
    {
        var sample = SampleUsers(train, options);
        var log = InteractionRows.FromMatrix(sample);
        var split = DataSplit.Create(log, new RandomByUserSplit(options.ValidationShare, options.Seed));
        if (split.Report.UsersWithTest == 0)
        {
            throw new AlgorithmException(
                AlgorithmError.EmptyMatrix,
                "No user has enough items to hold some out for validation, so nothing can be tuned; use the default settings, or more data.");
        }

        var tested = Enumerable.Range(0, split.Test.RowCount).Where(user => split.Test.RowLength(user) > 0).ToArray();
        new SplitMix(options.Seed, "validation users").Shuffle<int>(tested);
        var validation = KeepRows(split.Test, [.. tested.Take(options.MaxValidationUsers)]);
        return new SearchData(
            split.Train, validation, (double)split.Train.CellCount / train.CellCount, (double)sample.CellCount / train.CellCount);
    }

    private static SparseMatrix SampleUsers(SparseMatrix train, TuningOptions options)
    {
        if (train.CellCount <= options.MaxSearchCells)
        {
            return train;
        }

        var users = Enumerable.Range(0, train.RowCount).ToArray();
        new SplitMix(options.Seed, "search users").Shuffle<int>(users);
        long cells = 0;
        return KeepRows(train, [.. users.TakeWhile(user => (cells += train.RowLength(user)) <= options.MaxSearchCells)]);
    }

    // The same shape with only some rows filled.
    private static SparseMatrix KeepRows(SparseMatrix matrix, int[] rows)
    {
        Array.Sort(rows);
        var kept = new SparseMatrixBuilder(matrix.RowCount, matrix.ColumnCount);
        foreach (var row in rows)
        {
            var users = new int[matrix.RowLength(row)];
            Array.Fill(users, row);
            kept.Add(users, matrix.RowColumns(row).ToArray(), matrix.RowValues(row).ToArray());
        }

        return kept.Build();
    }
}
