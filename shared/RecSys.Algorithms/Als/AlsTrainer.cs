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
    private readonly AlsSettings _settings;
    private readonly int _threadCount;
    private readonly RowSolver?[] _solvers;
    private readonly RowChunks _userChunks;
    private readonly RowChunks _itemChunks;

    public AlsTrainer(SparseMatrix interactions, AlsSettings settings)
    {
        _settings = settings;
        _userRows = interactions;
        _itemRows = interactions.Transpose();
        _threadCount = WorkQueue.ThreadCount(settings.ThreadCount);
        _solvers = new RowSolver?[_threadCount];
        _userChunks = new RowChunks(_userRows, settings.FactorCount);
        _itemChunks = new RowChunks(_itemRows, settings.FactorCount);
    }

    /// <summary>Trains in place and returns the loss of each iteration that computed it.</summary>
    public double[] Train(FactorMatrix users, FactorMatrix items, Action<AlsProgress>? progress, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var losses = new List<double>();
        var computeLoss = _settings.ComputeLoss || _settings.EarlyStopTolerance > 0;
        for (var iteration = 1; iteration <= _settings.Iterations; iteration++)
        {
            Advance(items, users, _userRows, _userChunks, "user", cancellationToken);
            Advance(users, items, _itemRows, _itemChunks, "item", cancellationToken);
            double? loss = null;
            if (computeLoss)
            {
                loss = AlsLoss.Compute(_userRows, _itemRows, users, items, _settings, _userChunks, _threadCount, cancellationToken);
                losses.Add(loss.Value);
            }

            progress?.Invoke(new AlsProgress(iteration, _settings.Iterations, loss, watch.Elapsed));
            if (_settings.EarlyStopTolerance > 0 && losses.Count > 1
                && losses[^2] - losses[^1] < _settings.EarlyStopTolerance * Math.Abs(losses[^2]))
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
        var rotatedTarget = _settings.Solver == AlsSolver.ConjugateGradient ? target : null;
        var step = new HalfStep(source, Diagonalize(source, rotatedTarget, cancellationToken), _settings);
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
