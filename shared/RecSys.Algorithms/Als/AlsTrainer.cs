using System.Diagnostics;
using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Als;

/// <summary>
/// Alternating least squares. Before each half step both sides are rotated into the basis in which the fixed side's Gram matrix
/// is diagonal; scores and loss do not depend on the basis, and every row's system becomes diagonal plus its interactions.
/// </summary>
internal sealed unsafe class AlsTrainer
{
    private readonly SparseMatrix _userRows;
    private readonly SparseMatrix _itemRows;
    private readonly AlsOptions _options;
    private readonly int _threadCount;
    private readonly RowSolver?[] _solvers;
    private readonly RowChunks _userChunks;
    private readonly RowChunks _itemChunks;

    public AlsTrainer(SparseMatrix interactions, AlsOptions options)
    {
        _options = options;
        _userRows = interactions;
        _itemRows = interactions.Transpose();
        _threadCount = WorkQueue.ThreadCount(options.ThreadCount);
        _solvers = new RowSolver?[_threadCount];
        _userChunks = new RowChunks(_userRows, options.FactorCount);
        _itemChunks = new RowChunks(_itemRows, options.FactorCount);
    }

    /// <summary>Trains in place and returns the loss of each iteration that computed it.</summary>
    public double[] Train(FactorMatrix users, FactorMatrix items, Action<AlsProgress>? progress, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var losses = new List<double>();
        var computeLoss = _options.ComputeLoss || _options.EarlyStopTolerance > 0;
        for (var iteration = 1; iteration <= _options.Iterations; iteration++)
        {
            Advance(items, users, _userRows, _userChunks, "user", cancellationToken);
            Advance(users, items, _itemRows, _itemChunks, "item", cancellationToken);
            double? loss = null;
            if (computeLoss)
            {
                loss = AlsLoss.Compute(_userRows, _itemRows, users, items, _options, _userChunks, _threadCount, cancellationToken);
                losses.Add(loss.Value);
            }

            progress?.Invoke(new AlsProgress(iteration, _options.Iterations, loss, watch.Elapsed));
            if (_options.EarlyStopTolerance > 0 && losses.Count > 1
                && losses[^2] - losses[^1] < _options.EarlyStopTolerance * Math.Abs(losses[^2]))
            {
                break;
            }
        }

        Diagonalize(items, users, cancellationToken);
        return [.. losses];
    }

    /// <summary>Solves all rows of <paramref name="target"/> with <paramref name="source"/> fixed.</summary>
    private void Advance(
        FactorMatrix source, FactorMatrix target, SparseMatrix rows, RowChunks chunks, string side, CancellationToken cancellationToken)
    {
        // Exact solutions overwrite the target; only conjugate gradients start from it.
        var rotatedTarget = _options.Solver == AlsSolver.ConjugateGradient ? target : null;
        var step = new HalfStep(source, Diagonalize(source, rotatedTarget, cancellationToken), _options);
        chunks.Run(_threadCount, cancellationToken, (first, end, worker) =>
        {
            var solver = _solvers[worker] ??= new RowSolver(target.Stride);
            for (var row = first; row < end; row++)
            {
                if (row + 1 < end)
                {
                    solver.Prefetch(step, rows.RowColumns(row + 1));
                }

                if (!solver.Solve(step, rows.RowColumns(row), rows.RowValues(row), target.RowPointer(row)))
                {
                    throw new AlgorithmException(
                        AlgorithmError.SingularSystem,
                        $"The normal equations of {side} {row} ({rows.RowLength(row)} interactions) are singular in single precision; "
                            + "raise Regularization, or lower Alpha if weights are very large.");
                }
            }
        });
        GC.KeepAlive(target);
        GC.KeepAlive(source);
    }

    /// <summary>Rotates both sides so that the first one's Gram matrix becomes diagonal, and returns that diagonal, descending.</summary>
    private double[] Diagonalize(FactorMatrix side, FactorMatrix? other, CancellationToken cancellationToken)
    {
        var gram = GramMatrix.Compute(side.Pointer, side.RowCount, side.FactorCount, side.Stride, _threadCount, cancellationToken);
        for (var k = 0; k < side.FactorCount; k++)
        {
            if (!double.IsFinite(gram[(k * side.FactorCount) + k]))
            {
                throw new AlgorithmException(
                    AlgorithmError.Diverged, "The factors are no longer finite numbers; raise Regularization or lower Alpha.");
            }
        }

        var (values, vectors) = SymmetricEigen.Decompose(gram, side.FactorCount, _threadCount);
        Rotation.Apply(side.Pointer, side.RowCount, side.Stride, vectors, side.FactorCount, _threadCount, cancellationToken);
        if (other is not null)
        {
            Rotation.Apply(other.Pointer, other.RowCount, other.Stride, vectors, other.FactorCount, _threadCount, cancellationToken);
        }

        GC.KeepAlive(side);
        GC.KeepAlive(other);
        return values;
    }
}

/// <summary>What a training reports after each iteration.</summary>
/// <param name="Iteration">Finished iterations, from 1.</param>
/// <param name="Iterations">Iterations asked for.</param>
/// <param name="Loss">The objective after the iteration, when <see cref="AlsOptions.ComputeLoss"/> is on.</param>
/// <param name="Elapsed">Time since the start of the training.</param>
public sealed record AlsProgress(int Iteration, int Iterations, double? Loss, TimeSpan Elapsed);

/// <summary>Factors to start from: another initialisation, a checkpoint, or yesterday's model for a warm start.</summary>
/// <param name="ItemFactors">Item factors; the first half step solves the users from them.</param>
/// <param name="UserFactors">User factors, of use to conjugate gradients; null starts the users at zero.</param>
/// <remarks>Both must come from one model: factors of different trainings are in different bases.</remarks>
public sealed record AlsStart(FactorMatrix ItemFactors, FactorMatrix? UserFactors = null);

/// <summary>Seeded normal factors: each row from its own stream, so that a row does not depend on how many there are.</summary>
internal static class FactorInitialization
{
    public static FactorMatrix Create(int rowCount, AlsOptions options)
    {
        var factors = new FactorMatrix(rowCount, options.FactorCount);
        var scale = options.InitialScale / Math.Sqrt(options.FactorCount);
        for (var row = 0; row < rowCount; row++)
        {
            var random = new SplitMix(options.Seed, row);
            var target = factors.MutableRow(row);
            for (var k = 0; k < target.Length; k += 2)
            {
                // Box–Muller: two independent normals from two uniforms in (0, 1].
                var radius = Math.Sqrt(-2 * Math.Log(random.NextPositive())) * scale;
                var angle = 2 * Math.PI * random.NextPositive();
                target[k] = (float)(radius * Math.Cos(angle));
                if (k + 1 < target.Length)
                {
                    target[k + 1] = (float)(radius * Math.Sin(angle));
                }
            }
        }

        return factors;
    }
}

/// <summary>
/// Consecutive rows in pieces of about equal work, the heaviest first: interactions follow a power law, and a thread that met
/// a very long row last would keep all others waiting.
/// </summary>
internal sealed class RowChunks
{
    private readonly int[] _starts;
    private readonly int[] _order;

    public RowChunks(SparseMatrix matrix, int factorCount)
    {
        // A row costs about its interactions plus what it takes to set up and solve its system.
        var perRow = 4 + (factorCount / 8L);
        var total = matrix.CellCount + (perRow * matrix.RowCount);
        var target = Math.Max(1, total / 512);
        var starts = new List<int>();
        var costs = new List<long>();
        var cost = 0L;
        for (var row = 0; row < matrix.RowCount; row++)
        {
            if (cost == 0)
            {
                starts.Add(row);
            }

            cost += matrix.RowLength(row) + perRow;
            if (cost >= target)
            {
                costs.Add(cost);
                cost = 0;
            }
        }

        if (cost > 0)
        {
            costs.Add(cost);
        }

        starts.Add(matrix.RowCount);
        _starts = [.. starts];
        _order = new int[costs.Count];
        for (var i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        Array.Sort(_order, (a, b) => costs[a] != costs[b] ? costs[b].CompareTo(costs[a]) : a.CompareTo(b));
    }

    /// <summary>Runs <paramref name="run"/>(first row, row after the last, worker) for every piece.</summary>
    public void Run(int threadCount, CancellationToken cancellationToken, Action<int, int, int> run) =>
        WorkQueue.Run(_order.Length, threadCount, cancellationToken, (task, worker) =>
        {
            var chunk = _order[task];
            run(_starts[chunk], _starts[chunk + 1], worker);
        });
}

/// <summary>
/// The objective, in time linear in the interactions: the sum over all pairs is the trace of two Gram matrices. Log confidence
/// takes the mean of the user's row in every cell (see <see cref="AlsConfidence.Log"/>).
/// </summary>
internal static unsafe class AlsLoss
{
    public static double Compute(
        SparseMatrix userRows,
        SparseMatrix itemRows,
        FactorMatrix users,
        FactorMatrix items,
        AlsOptions options,
        RowChunks chunks,
        int threadCount,
        CancellationToken cancellationToken)
    {
        var width = users.FactorCount;
        var userGram = GramMatrix.Compute(users.Pointer, users.RowCount, width, users.Stride, threadCount, cancellationToken);
        var itemGram = GramMatrix.Compute(items.Pointer, items.RowCount, width, items.Stride, threadCount, cancellationToken);

        // Σ_all s² = tr(XᵀX · YᵀY).
        var loss = (options.UnobservedWeight ?? 1) * DoubleKernel.Dot(userGram, itemGram);
        loss += Regularization(userRows, users, options) + Regularization(itemRows, items, options);

        var rowLosses = new double[userRows.RowCount];
        var workerWeights = new float[threadCount][];
        chunks.Run(threadCount, cancellationToken, (first, end, worker) =>
        {
            for (var row = first; row < end; row++)
            {
                var columns = userRows.RowColumns(row);
                var weights = workerWeights[worker];
                if (weights is null || weights.Length < columns.Length)
                {
                    workerWeights[worker] = weights = new float[Math.Max(columns.Length, 1024)];
                }

                ConfidenceWeights.Compute(userRows.RowValues(row), options.Confidence, options.Alpha, weights);
                var sum = 0d;
                for (var i = 0; i < columns.Length; i++)
                {
                    double score = VectorKernel.Dot(users.RowPointer(row), items.RowPointer(columns[i]), users.Stride);
                    var error = 1 - score;

                    // Hu: c (1 − s)² in place of the s² that the trace counted; Rendle: w (1 − s)² beside it.
                    sum += options.UnobservedWeight is null
                        ? ((1 + (double)weights[i]) * error * error) - (score * score)
                        : weights[i] * error * error;
                }

                rowLosses[row] = sum;
            }
        });
        GC.KeepAlive(users);
        GC.KeepAlive(items);
        foreach (var rowLoss in rowLosses)
        {
            loss += rowLoss;
        }

        return loss;
    }

    private static double Regularization(SparseMatrix rows, FactorMatrix factors, AlsOptions options)
    {
        var sum = 0d;
        for (var row = 0; row < factors.RowCount; row++)
        {
            var pointer = factors.RowPointer(row);
            double norm = VectorKernel.Dot(pointer, pointer, factors.Stride);
            sum += HalfStep.RowRegularization(options, rows.RowLength(row), rows.ColumnCount) * norm;
        }

        GC.KeepAlive(factors);
        return sum;
    }
}
