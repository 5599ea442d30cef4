using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.ItemModels;

/// <summary>
/// A sparse linear item model (Ning and Karypis 2011, with neighbourhood selection): each candidate is regressed on the items
/// that have most in common with it, in closed form, and the score is the sum of the weights of the user's items.
/// </summary>
/// <remarks>
/// Only items with a common user are neighbours. With all of them, and without relative regularisation, candidate exponent and
/// unobserved weight, the model equals <see cref="EaseModel"/>. A few hundred come close, for a catalogue of any size.
/// Time: items · neighbours³ / 3 multiply-adds. Memory: 8 bytes for each pair of items with a common user while fitting, then
/// 8 bytes a weight.
/// </remarks>
public sealed class SlimModel : ItemWeightModel
{
    private const int BlockItems = 64;

    private SlimModel(SparseMatrix train, SparseMatrix weights, SlimOptions options)
        : base(train)
    {
        Weights = weights;
        Options = options;
    }

    /// <inheritdoc/>
    public override string Name => "slim";

    /// <summary>What the model was fitted with.</summary>
    public SlimOptions Options { get; }

    /// <summary>How much an item of the profile (row) speaks for a candidate (column); may be negative.</summary>
    public SparseMatrix Weights { get; }

    /// <summary>Fits the weights.</summary>
    /// <param name="train">Users × items.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="progress">Receives the share of items done, 0…1.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">No cells, a setting out of range, more memory than allowed, or a singular system.</exception>
    public static SlimModel Fit(
        SparseMatrix train, SlimOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new SlimOptions();
        options.Validate();
        if (train.CellCount == 0)
        {
            throw new AlgorithmException(AlgorithmError.EmptyMatrix, "There is no interaction to learn from; import or submit listens first.");
        }

        var cells = ItemCells.Weigh(train, new ItemNeighborOptions { Weighting = options.Weighting });
        var byItem = cells.Transpose();
        var userWeights = UserWeights.Of(train, options.UserExponent);
        var counts = Cooccurrences.Count(cells, byItem, userWeights, options.MemoryLimitBytes, options.ThreadCount, cancellationToken);
        var threads = WorkQueue.ThreadCount(options.ThreadCount);
        var solvers = new SlimSolver?[threads];
        var blocks = (train.ColumnCount + BlockItems - 1) / BlockItems;
        var columns = new (int[] Rows, int[] Columns, float[] Values)[blocks];
        var done = 0;
        WorkQueue.Run(blocks, threads, cancellationToken, (block, worker) =>
        {
            var solver = solvers[worker] ??= new SlimSolver(cells, byItem, userWeights, counts, options);
            columns[block] = SolveBlock(solver, block * BlockItems, Math.Min((block + 1) * BlockItems, train.ColumnCount));
            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        });
        var weights = new SparseMatrixBuilder(train.ColumnCount, train.ColumnCount, allowNegative: true);
        foreach (var (rows, items, values) in columns)
        {
            weights.Add(rows, items, values);
        }

        return new SlimModel(train, weights.Build(), options);
    }

    /// <inheritdoc/>
    private protected override void AddUp(ReadOnlySpan<int> profile, Span<float> scores)
    {
        scores.Clear();
        foreach (var item in profile)
        {
            var candidates = Weights.RowColumns(item);
            var weights = Weights.RowValues(item);
            for (var c = 0; c < candidates.Length; c++)
            {
                scores[candidates[c]] += weights[c];
            }
        }

        // No weight speaks for or against what is still 0.
        for (var item = 0; item < scores.Length; item++)
        {
            if (scores[item] == 0)
            {
                scores[item] = float.NegativeInfinity;
            }
        }
    }

    /// <inheritdoc/>
    private protected override float Weight(int item, int candidate) => Weights[item, candidate];

    /// <inheritdoc/>
    private protected override void Offer(int item, TopKBuffer best)
    {
        var candidates = Weights.RowColumns(item);
        var weights = Weights.RowValues(item);
        for (var c = 0; c < candidates.Length; c++)
        {
            if (weights[c] > 0 && weights[c] > best.Threshold)
            {
                best.Add(candidates[c], weights[c]);
            }
        }
    }

    private static (int[] Rows, int[] Columns, float[] Values) SolveBlock(SlimSolver solver, int first, int end)
    {
        var rows = new List<int>();
        var columns = new List<int>();
        var values = new List<float>();
        for (var candidate = first; candidate < end; candidate++)
        {
            if (!solver.Solve(candidate, out var neighbors, out var weights))
            {
                throw new AlgorithmException(
                    AlgorithmError.SingularSystem,
                    $"The regression of item {candidate} has no unique solution in single precision; raise Regularization.");
            }

            rows.AddRange(neighbors);
            columns.AddRange(Enumerable.Repeat(candidate, neighbors.Length));
            values.AddRange(weights);
        }

        return ([.. rows], [.. columns], [.. values]);
    }
}

/// <summary>Settings of <see cref="SlimModel"/>.</summary>
public sealed record SlimOptions
{
    /// <summary>What stands in the user × item cells.</summary>
    public ItemWeighting Weighting { get; init; } = ItemWeighting.Binary;

    /// <summary>How many items may speak for each candidate, 1 … 4,096; time grows with its cube.</summary>
    public int NeighborCount { get; init; } = 200;

    /// <summary>λ: added to the squared length of every neighbour; above 0. Higher trusts popular neighbours more.</summary>
    public double Regularization { get; init; } = 20;

    /// <summary>
    /// d: a neighbour's squared length is also multiplied by 1 + d, as if each of its interactions were dropped with
    /// probability d / (1 + d) while learning (Steck 2020); 0 or more.
    /// </summary>
    public double RelativeRegularization { get; init; } = 1;

    /// <summary>How much less a user counts the more items they have; 0…2, 0 for not at all.</summary>
    public double UserExponent { get; init; } = 0.3;

    /// <summary>Weights towards a candidate are divided by its squared length to this power; 0…2. Higher favours rare items.</summary>
    public double CandidateExponent { get; init; } = 0.1;

    /// <summary>
    /// α₀: how much a user without the candidate counts in its regression, against 1 for a user with it; above 0, at most 1.
    /// Below 1 the regression asks less for low scores where nothing was observed.
    /// </summary>
    public double UnobservedWeight { get; init; } = 1;

    /// <summary>More bytes of co-occurrences than this are an error; 8 bytes for each pair of items with a common user.</summary>
    public long MemoryLimitBytes { get; init; } = 4L << 30;

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        Check(Enum.IsDefined(Weighting), nameof(Weighting), (int)Weighting, "of a known weighting");
        Check(NeighborCount is >= 1 and <= 4096, nameof(NeighborCount), NeighborCount, "from 1 to 4,096");
        Check(Regularization > 0 && double.IsFinite(Regularization), nameof(Regularization), Regularization, "above 0");
        Check(
            RelativeRegularization >= 0 && double.IsFinite(RelativeRegularization), nameof(RelativeRegularization), RelativeRegularization, "of 0 or more");
        Check(UserExponent is >= 0 and <= 2, nameof(UserExponent), UserExponent, "between 0 and 2");
        Check(CandidateExponent is >= 0 and <= 2, nameof(CandidateExponent), CandidateExponent, "between 0 and 2");
        Check(UnobservedWeight is > 0 and <= 1, nameof(UnobservedWeight), UnobservedWeight, "above 0 and at most 1");
        Check(MemoryLimitBytes > 0, nameof(MemoryLimitBytes), MemoryLimitBytes, "above 0");
        Check(ThreadCount >= 0, nameof(ThreadCount), ThreadCount, "of 0 (every core) or more");
    }

    private static void Check(bool valid, string name, double value, string range)
    {
        if (!valid)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"{name} is {value}; give a number {range}.");
        }
    }
}
