using System.Diagnostics;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Als;

/// <summary>Solves one row at a time; one solver a thread, its buffers grow to what the rows need and are then reused.</summary>
internal sealed unsafe class RowSolver
{
    /// <summary>Floats of gathered rows worked on at a time: 128 KiB, within any level-2 cache.</summary>
    private const int PanelFloats = 32 * 1024;

    private readonly int _stride;
    private readonly int _panelRows;
    private readonly AlignedBuffer _vectors;
    private AlignedBuffer? _panel;
    private AlignedBuffer? _matrix;
    private AlignedBuffer? _dual;
    private AlignedBuffer _rowVectors = new(3 * 64);
    private HalfStep? _preparedStep;
    private float _preparedRegularization;
    private bool _regular;

    public RowSolver(int stride)
    {
        _stride = stride;
        _panelRows = Math.Clamp(PanelFloats / stride, Padding.Tile, 512) & -Padding.Tile;
        _vectors = new AlignedBuffer(7L * stride);
    }

    /// <summary>A stride that is no power of two keeps the rows of a tile in different cache sets.</summary>
    private int MatrixStride => _stride + Padding.Tile;

    /// <summary>D.</summary>
    private float* Diagonal => _vectors.Pointer;

    /// <summary>D⁻¹.</summary>
    private float* Inverse => _vectors.Pointer + _stride;

    /// <summary>D^-½.</summary>
    private float* InverseRoot => _vectors.Pointer + (2 * _stride);

    /// <summary>Four vectors to work with.</summary>
    private float* Work => _vectors.Pointer + (3 * _stride);

    /// <summary>The w, v and a scratch value of each interaction.</summary>
    private float* Weights => _rowVectors.Pointer;

    private float* Targets => _rowVectors.Pointer + (_rowVectors.Length / 3);

    private float* Scratch => _rowVectors.Pointer + (_rowVectors.Length / 3 * 2);

    /// <summary>Asks for the rows that <see cref="Solve"/> will read.</summary>
    public void Prefetch(HalfStep step, ReadOnlySpan<int> columns)
    {
        fixed (int* indices = columns)
        {
            // More would push out of the cache what the row before still needs.
            Linear.Prefetch.Rows(step.Source.Pointer, _stride, indices, Math.Min(columns.Length, PanelFloats / _stride));
        }
    }

    /// <summary>Writes the row's factors.</summary>
    /// <param name="step">The fixed side.</param>
    /// <param name="columns">The row's interactions, as rows of the fixed side.</param>
    /// <param name="values">Their weights r.</param>
    /// <param name="target">The row's factors, stride floats; for conjugate gradients also where they start.</param>
    /// <returns>False when the system is singular or its numbers are not finite.</returns>
    public bool Solve(HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, float* target)
    {
        Debug.Assert(columns.Length == values.Length);
        if (columns.IsEmpty)
        {
            new Span<float>(target, _stride).Clear();
            return true;
        }

        if (!Prepare(step, columns, values))
        {
            return false;
        }

        fixed (int* indices = columns)
        {
            if (columns.Length <= DualLimit(step))
            {
                return SolveDual(step, indices, columns.Length, target);
            }

            return step.Options.Solver == AlsSolver.Cholesky
                ? SolvePrimal(step, indices, columns.Length, target)
                : SolveByConjugateGradients(step, indices, columns.Length, target);
        }
    }

    /// <summary>Writes each interaction's share of the score of one row of the fixed side: y_tᵀ (D + Yᵀ W Y)⁻¹ y_j · v_j.</summary>
    public bool Explain(
        HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, int target, Span<ItemContribution> contributions)
    {
        if (columns.IsEmpty)
        {
            return true;
        }

        if (!Prepare(step, columns, values))
        {
            return false;
        }

        fixed (int* indices = columns)
        {
            var z = Work;
            if (!FactorPrimal(step, indices, columns.Length, z))
            {
                return false;
            }

            new ReadOnlySpan<float>(step.Source.RowPointer(target), _stride).CopyTo(new Span<float>(z, _stride));
            SubstitutePrimal(z);
            GatherKernel.Dots(step.Source.Pointer, _stride, _stride, indices, columns.Length, z, Scratch);
            for (var j = 0; j < columns.Length; j++)
            {
                contributions[j] = new ItemContribution(columns[j], Scratch[j] * Targets[j], Targets[j]);
            }
        }

        return true;
    }

    /// <summary>
    /// Computes w, v and D. Returns false when D has a zero: then no row of the fixed side has anything in that direction, and
    /// without regularization the solution is not determined.
    /// </summary>
    private bool Prepare(HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        var count = columns.Length;
        if (_rowVectors.Length < 3 * Padding.RoundUp(count))
        {
            _rowVectors = new AlignedBuffer(3L * Padding.RoundUp(Math.Max(count, 2 * _rowVectors.Length / 3)));
        }

        var weights = Weights;
        var targets = Targets;
        ConfidenceWeights.Compute(values, step.Options.Confidence, step.Options.Alpha, new Span<float>(weights, count));
        var offset = step.TargetOffset;
        for (var i = 0; i < count; i++)
        {
            // An interaction of weight 0 is none.
            targets[i] = weights[i] > 0 ? weights[i] + offset : 0;
        }

        PrepareDiagonal(step, step.RowRegularization(count));
        return _regular;
    }

    /// <summary>D changes only with the row's regularization, which is often the same for all.</summary>
    private void PrepareDiagonal(HalfStep step, float regularization)
    {
        if (ReferenceEquals(step, _preparedStep) && regularization == _preparedRegularization)
        {
            return;
        }

        _preparedStep = step;
        _preparedRegularization = regularization;
        var factorCount = step.Source.FactorCount;
        DiagonalKernel.Prepare(step.Spectrum.Pointer, regularization, Diagonal, Inverse, InverseRoot, _stride);
        _regular = regularization > 0 || !step.Spectrum.Span[..factorCount].Contains(0f);

        // The padding's part of the system is the identity, and its solution zero.
        new Span<float>(Diagonal, _stride)[factorCount..].Fill(1);
        new Span<float>(Inverse, _stride)[factorCount..].Fill(1);
        new Span<float>(InverseRoot, _stride)[factorCount..].Fill(1);
    }

    /// <summary>
    /// The most interactions for which the dual system is solved. Measured at 64 and 512 factors: up to three quarters of the
    /// factors it takes less time than the primal one, and for a single tile as little as three conjugate-gradient steps.
    /// </summary>
    private int DualLimit(HalfStep step) => step.Options.Solver == AlsSolver.Cholesky ? _stride * 3 / 4 : Padding.Tile;

    /// <summary>(D + Yᵀ W Y) x = Yᵀ v by a Cholesky factorisation of the factor × factor matrix.</summary>
    private bool SolvePrimal(HalfStep step, int* indices, int count, float* x)
    {
        if (!FactorPrimal(step, indices, count, x))
        {
            return false;
        }

        SubstitutePrimal(x);
        return true;
    }

    private void SubstitutePrimal(float* x)
    {
        var a = _matrix!.Pointer;
        Cholesky.Solve(a, _stride, MatrixStride, a + ((nint)_stride * MatrixStride), x);
    }

    /// <summary>Leaves the Cholesky factor of D + Yᵀ W Y in the matrix and Yᵀ v in <paramref name="rightHandSide"/>.</summary>
    private bool FactorPrimal(HalfStep step, int* indices, int count, float* rightHandSide)
    {
        nint stride = MatrixStride;
        _panel ??= new AlignedBuffer((long)_panelRows * _stride);
        _matrix ??= new AlignedBuffer((_stride * stride) + Cholesky.InverseLength(_stride));
        var a = _matrix.Pointer;
        var source = step.Source.Pointer;
        var roots = Scratch;
        for (var i = 0; i < count; i++)
        {
            roots[i] = MathF.Sqrt(Weights[i]);
        }

        new Span<float>(rightHandSide, _stride).Clear();
        for (var first = 0; first < count; first += _panelRows)
        {
            var rows = Math.Min(_panelRows, count - first);
            GatherKernel.PackScaled(source, _stride, indices + first, rows, roots + first, _panel.Pointer);
            GatherKernel.AddScaled(source, _stride, _stride, indices + first, rows, Targets + first, rightHandSide);
            if (first == 0)
            {
                PanelKernel.SetGram(_panel.Pointer, rows, _stride, a, stride);
            }
            else
            {
                PanelKernel.AddGram(_panel.Pointer, rows, _stride, a, stride);
            }
        }

        var diagonal = Diagonal;
        for (var k = 0; k < _stride; k++)
        {
            a[(k * stride) + k] += diagonal[k];
        }

        return Cholesky.Factor(a, _stride, stride, a + (_stride * stride));
    }

    /// <summary>
    /// The same solution from an interaction × interaction system: with B = D^-½ Yᵀ W^½, (I + BᵀB) t = W^-½ v and
    /// x = D⁻¹ Yᵀ W^½ t (Woodbury).
    /// </summary>
    private bool SolveDual(HalfStep step, int* indices, int count, float* x)
    {
        var size = Padding.RoundUp(count);
        nint stride = size + Padding.Tile;
        var needed = ((long)size * _stride) + (size * stride) + Cholesky.InverseLength(size) + size;
        if (_dual is null || _dual.Length < needed)
        {
            _dual = new AlignedBuffer(needed);
        }

        var b = _dual.Pointer;
        var matrix = b + ((nint)size * _stride);
        var inverses = matrix + (size * stride);
        var t = inverses + Cholesky.InverseLength(size);
        var source = step.Source.Pointer;
        var inverseRoots = InverseRoot;
        var roots = Scratch;
        for (var i = 0; i < count; i++)
        {
            roots[i] = MathF.Sqrt(Weights[i]);
            t[i] = roots[i] > 0 ? Targets[i] / roots[i] : 0;
        }

        new Span<float>(t + count, size - count).Clear();
        for (var r = 0; r < size; r += Padding.Tile)
        {
            TransposeKernel.Pack(
                source, _stride, _stride, indices + r, Math.Min(Padding.Tile, count - r), roots + r, inverseRoots, b + ((nint)r * _stride));
        }

        PanelKernel.SetGram(b, _stride, size, matrix, stride);
        for (var i = 0; i < size; i++)
        {
            matrix[(i * stride) + i] += 1;
        }

        if (!Cholesky.Factor(matrix, size, stride, inverses))
        {
            return false;
        }

        Cholesky.Solve(matrix, size, stride, inverses, t);
        for (var i = 0; i < count; i++)
        {
            t[i] *= roots[i];
        }

        new Span<float>(x, _stride).Clear();
        GatherKernel.AddScaled(source, _stride, _stride, indices, count, t, x);
        VectorKernel.Multiply(x, Inverse, x, _stride);
        return true;
    }

    /// <summary>Conjugate gradients preconditioned by D, from the factors that are there.</summary>
    private bool SolveByConjugateGradients(HalfStep step, int* indices, int count, float* x)
    {
        var diagonal = Diagonal;
        var inverse = Inverse;
        var r = Work;
        var p = r + _stride;
        var q = p + _stride;
        var z = q + _stride;
        var source = step.Source.Pointer;
        var weights = Weights;
        var targets = Targets;
        var products = Scratch;

        // r = Yᵀ v − (D + Yᵀ W Y) x, one pass over the interactions.
        VectorKernel.Multiply(diagonal, x, r, _stride);
        VectorKernel.Scale(-1, r, r, _stride);
        GatherKernel.Dots(source, _stride, _stride, indices, count, x, products);
        for (var i = 0; i < count; i++)
        {
            products[i] = targets[i] - (weights[i] * products[i]);
        }

        GatherKernel.AddScaled(source, _stride, _stride, indices, count, products, r);
        new Span<float>(p, _stride).Clear();
        var rho = ConjugateGradientKernel.Advance(0, p, p, inverse, x, r, z, _stride);
        var beta = 0f;
        for (var iteration = 0; iteration < step.Options.ConjugateGradientSteps && rho > 1e-20f; iteration++)
        {
            ConjugateGradientKernel.Direct(beta, z, diagonal, p, q, _stride);
            GatherKernel.Dots(source, _stride, _stride, indices, count, p, products);
            VectorKernel.Multiply(products, weights, products, Padding.RoundUp(count));
            GatherKernel.AddScaled(source, _stride, _stride, indices, count, products, q);
            var length = rho / VectorKernel.Dot(p, q, _stride);
            var next = ConjugateGradientKernel.Advance(length, p, q, inverse, x, r, z, _stride);
            beta = next / rho;
            rho = next;
        }

        return float.IsFinite(rho);
    }
}
