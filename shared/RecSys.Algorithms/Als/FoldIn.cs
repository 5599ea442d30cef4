using System.Collections.Concurrent;
using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Als;

/// <summary>
/// Solves single rows against a finished side: its Gram matrix is diagonalised once, and then a row with n interactions takes
/// about n² · factors operations.
/// </summary>
internal sealed unsafe class FoldIn
{
    /// <summary>Off-diagonal share, against the diagonal, below which a Gram matrix counts as diagonal in single precision.</summary>
    private const double DiagonalTolerance = 1e-6;

    private readonly HalfStep _step;
    private readonly double[]? _vectors;
    private readonly ConcurrentBag<RowSolver> _solvers = [];

    public FoldIn(FactorMatrix side, AlsOptions options)
    {
        options = options with { Solver = AlsSolver.Cholesky };
        var width = side.FactorCount;
        var threads = WorkQueue.ThreadCount(options.ThreadCount);
        var gram = GramMatrix.Compute(side.Pointer, side.RowCount, width, side.Stride, threads, default);
        GC.KeepAlive(side);
        if (IsDiagonal(gram, width))
        {
            var diagonal = new double[width];
            for (var k = 0; k < width; k++)
            {
                diagonal[k] = gram[(k * width) + k];
            }

            _step = new HalfStep(side, diagonal, options);
            return;
        }

        // Factors from elsewhere: work on a rotated copy and turn the solutions back.
        var copy = side.Copy();
        var (values, vectors) = SymmetricEigen.Decompose(gram, width, threads);
        Rotation.Apply(copy.Pointer, copy.RowCount, copy.Stride, vectors, width, threads, default);
        GC.KeepAlive(copy);
        _vectors = vectors;
        _step = new HalfStep(copy, values, options);
    }

    public void Solve(ReadOnlySpan<int> indices, ReadOnlySpan<float> weights, Span<float> factors)
    {
        CheckProfile(indices, weights);
        var width = _step.Source.FactorCount;
        if (factors.Length != width)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"The result has room for {factors.Length} factors; the model has {width}.");
        }

        var solver = _solvers.TryTake(out var pooled) ? pooled : new RowSolver(_step.Source.Stride);
        var padded = stackalloc float[_step.Source.Stride];
        if (!solver.Solve(_step, indices, weights, padded))
        {
            ThrowSingular(indices.Length);
        }

        _solvers.Add(solver);
        if (_vectors is null)
        {
            new ReadOnlySpan<float>(padded, width).CopyTo(factors);
            return;
        }

        for (var c = 0; c < width; c++)
        {
            var sum = 0d;
            for (var k = 0; k < width; k++)
            {
                sum += padded[k] * _vectors[(k * width) + c];
            }

            factors[c] = (float)sum;
        }
    }

    public ItemContribution[] Explain(ReadOnlySpan<int> indices, ReadOnlySpan<float> weights, int target)
    {
        CheckProfile(indices, weights);
        var solver = _solvers.TryTake(out var pooled) ? pooled : new RowSolver(_step.Source.Stride);
        var contributions = new ItemContribution[indices.Length];
        if (!solver.Explain(_step, indices, weights, target, contributions))
        {
            ThrowSingular(indices.Length);
        }

        _solvers.Add(solver);
        return contributions;
    }

    private static void ThrowSingular(int interactions) => throw new AlgorithmException(
        AlgorithmError.SingularSystem,
        $"The normal equations of a profile of {interactions} interactions are singular in single precision; "
            + "fit with a higher Regularization, or give smaller weights.");

    private void CheckProfile(ReadOnlySpan<int> indices, ReadOnlySpan<float> weights)
    {
        if (indices.Length != weights.Length)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"A profile of {indices.Length} entries has {weights.Length} weights; give one for each.");
        }

        for (var i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)_step.Source.RowCount)
            {
                throw new AlgorithmException(
                    AlgorithmError.IndexOutOfRange,
                    $"Entry {indices[i]} of the profile is not in 0 … {_step.Source.RowCount - 1}; drop what the model does not know.");
            }

            if (!(weights[i] >= 0) || float.IsInfinity(weights[i]))
            {
                throw new AlgorithmException(
                    float.IsNaN(weights[i]) ? AlgorithmError.NotANumber
                        : float.IsInfinity(weights[i]) ? AlgorithmError.InfiniteWeight : AlgorithmError.NegativeWeight,
                    $"Weight {weights[i]} of entry {indices[i]} means nothing; weights must be finite and 0 or more.");
            }
        }
    }

    private static bool IsDiagonal(double[] gram, int width)
    {
        for (var r = 0; r < width; r++)
        {
            for (var c = r + 1; c < width; c++)
            {
                var scale = Math.Sqrt(gram[(r * width) + r] * gram[(c * width) + c]);
                if (Math.Abs(gram[(r * width) + c]) > DiagonalTolerance * scale)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
