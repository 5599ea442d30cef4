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
    private readonly AlignedBuffer _panel;
    private AlignedBuffer? _matrix;
    private AlignedBuffer? _dual;
    private float[] _weights = new float[64];

    public RowSolver(int stride)
    {
        _stride = stride;
        _panelRows = Math.Clamp(PanelFloats / stride, Padding.Tile, 512) & -Padding.Tile;
        _vectors = new AlignedBuffer(6L * stride);
        _panel = new AlignedBuffer((long)_panelRows * stride);
    }

    /// <summary>A stride that is no power of two keeps the rows of a tile in different cache sets.</summary>
    private int MatrixStride => _stride + Padding.Tile;

    private Span<float> Vector(int index) => _vectors.Span.Slice(index * _stride, _stride);

    private float* VectorPointer(int index) => _vectors.Pointer + ((nint)index * _stride);

    /// <summary>Writes the row's factors.</summary>
    /// <param name="step">The fixed side.</param>
    /// <param name="columns">The row's interactions, as rows of the fixed side.</param>
    /// <param name="values">Their weights r.</param>
    /// <param name="target">The row's factors, stride floats; for conjugate gradients also where they start.</param>
    /// <returns>False when the system is singular or its numbers are not finite.</returns>
    public bool Solve(HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, float* target)
    {
        Debug.Assert(columns.Length == values.Length);
        var factors = new Span<float>(target, _stride);
        if (columns.IsEmpty)
        {
            factors.Clear();
            return true;
        }

        var weights = Prepare(step, columns, values, out var smallest);
        if (smallest > 0 && columns.Length <= DualLimit(step))
        {
            return SolveDual(step, columns, weights, factors);
        }

        return step.Settings.Solver == AlsSolver.Cholesky || !(smallest > 0)
            ? SolvePrimal(step, columns, weights, factors)
            : SolveByConjugateGradients(step, columns, weights, factors);
    }

    /// <summary>Writes each interaction's share of the score of one row of the fixed side: y_tᵀ (D + Yᵀ W Y)⁻¹ y_j · v_j.</summary>
    public bool Explain(
        HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, int target, Span<ItemContribution> contributions)
    {
        var weights = Prepare(step, columns, values, out _);
        if (!FactorPrimal(step, columns, weights, Vector(1)))
        {
            return false;
        }

        var z = VectorPointer(2);
        new ReadOnlySpan<float>(step.Source.RowPointer(target), _stride).CopyTo(Vector(2));
        Cholesky.Solve(_matrix!.Pointer, _stride, MatrixStride, z);
        for (var j = 0; j < columns.Length; j++)
        {
            var confidence = Target(step, weights[j]);
            var similarity = VectorKernel.Dot(z, step.Source.RowPointer(columns[j]), _stride);
            contributions[j] = new ItemContribution(columns[j], similarity * confidence, confidence);
        }

        return true;
    }

    /// <summary>v: what an interaction pulls towards 1; an interaction of weight 0 is none.</summary>
    private static float Target(HalfStep step, float weight) => weight > 0 ? weight + step.TargetOffset : 0;

    private ReadOnlySpan<float> Prepare(HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, out float smallest)
    {
        if (_weights.Length < columns.Length)
        {
            _weights = new float[Math.Max(columns.Length, 2 * _weights.Length)];
        }

        var weights = _weights.AsSpan(0, columns.Length);
        ConfidenceWeights.Compute(values, step.Settings.Confidence, step.Settings.Alpha, weights);
        var regularization = step.RowRegularization(columns.Length);
        var diagonal = Vector(0);
        smallest = float.PositiveInfinity;
        for (var k = 0; k < step.Source.FactorCount; k++)
        {
            diagonal[k] = step.Spectrum.Span[k] + regularization;
            smallest = Math.Min(smallest, diagonal[k]);
        }

        // The padding's part of the system is the identity, and its solution zero.
        diagonal[step.Source.FactorCount..].Fill(1);
        return weights;
    }

    private int DualLimit(HalfStep step) => step.Settings.Solver == AlsSolver.Cholesky ? _stride / 2 : Padding.Tile;

    /// <summary>(D + Yᵀ W Y) x = Yᵀ v by a Cholesky factorisation of the factor × factor matrix.</summary>
    private bool SolvePrimal(HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, Span<float> x)
    {
        if (!FactorPrimal(step, columns, weights, x))
        {
            return false;
        }

        fixed (float* solution = x)
        {
            Cholesky.Solve(_matrix!.Pointer, _stride, MatrixStride, solution);
        }

        return true;
    }

    /// <summary>Leaves the Cholesky factor of D + Yᵀ W Y in the matrix and Yᵀ v in <paramref name="rightHandSide"/>.</summary>
    private bool FactorPrimal(HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, Span<float> rightHandSide)
    {
        var matrixStride = MatrixStride;
        _matrix ??= new AlignedBuffer((long)_stride * matrixStride);
        var a = _matrix.Pointer;
        _matrix.Span.Clear();
        rightHandSide.Clear();
        for (var first = 0; first < columns.Length; first += _panelRows)
        {
            var count = Math.Min(_panelRows, columns.Length - first);
            Gather(step, columns.Slice(first, count), weights.Slice(first, count), rightHandSide);
            var stripLength = (nint)count * Padding.Tile;
            for (var r = 0; r < _stride; r += Padding.Tile)
            {
                for (var c = r; c < _stride; c += Padding.Tile)
                {
                    TileKernel.Add(
                        _panel.Pointer + (r / Padding.Tile * stripLength),
                        Padding.Tile,
                        _panel.Pointer + (c / Padding.Tile * stripLength),
                        Padding.Tile,
                        count,
                        a + ((nint)r * matrixStride) + c,
                        matrixStride);
                }
            }
        }

        var diagonal = VectorPointer(0);
        for (var k = 0; k < _stride; k++)
        {
            a[((nint)k * matrixStride) + k] += diagonal[k];
        }

        return Cholesky.Factor(a, _stride, matrixStride);
    }

    /// <summary>Gathers √w · y into strips of the panel, and adds v · y to the right-hand side.</summary>
    private void Gather(HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, Span<float> rightHandSide)
    {
        var stripLength = (nint)columns.Length * Padding.Tile;
        fixed (float* b = rightHandSide)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                var source = step.Source.RowPointer(columns[i]);
                VectorKernel.AddScaled(Target(step, weights[i]), source, b, _stride);
                var root = MathF.Sqrt(weights[i]);
                var target = _panel.Pointer + ((nint)i * Padding.Tile);
                for (var c = 0; c < _stride; c += Padding.Tile)
                {
                    VectorKernel.Scale(root, source + c, target, Padding.Tile);
                    target += stripLength;
                }
            }
        }
    }

    /// <summary>
    /// The same solution from an interaction × interaction system: with B = D^-½ Yᵀ W^½, (I + BᵀB) t = W^-½ v and
    /// x = D⁻¹ Yᵀ W^½ t (Woodbury).
    /// </summary>
    private bool SolveDual(HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, Span<float> x)
    {
        var size = Padding.RoundUp(columns.Length);
        var needed = ((long)size * _stride) + ((long)size * (size + Padding.Tile)) + size;
        if (_dual is null || _dual.Length < needed)
        {
            _dual = new AlignedBuffer(needed);
        }

        var b = _dual.Pointer;
        var k = b + ((nint)size * _stride);
        nint kStride = size + Padding.Tile;
        var t = k + (size * kStride);
        var diagonal = VectorPointer(0);
        var roots = VectorPointer(1);
        for (var f = 0; f < _stride; f++)
        {
            roots[f] = 1 / MathF.Sqrt(diagonal[f]);
        }

        for (var i = 0; i < size; i++)
        {
            var strip = b + ((nint)(i / Padding.Tile) * Padding.Tile * _stride) + (i % Padding.Tile);
            if (i < columns.Length)
            {
                var root = MathF.Sqrt(weights[i]);
                var source = step.Source.RowPointer(columns[i]);
                for (var f = 0; f < _stride; f++)
                {
                    strip[f * Padding.Tile] = root * roots[f] * source[f];
                }

                t[i] = root > 0 ? Target(step, weights[i]) / root : 0;
            }
            else
            {
                for (var f = 0; f < _stride; f++)
                {
                    strip[f * Padding.Tile] = 0;
                }

                t[i] = 0;
            }
        }

        for (var r = 0; r < size; r += Padding.Tile)
        {
            for (var c = r; c < size; c += Padding.Tile)
            {
                TileKernel.Set(
                    b + ((nint)r * _stride), Padding.Tile, b + ((nint)c * _stride), Padding.Tile, _stride, k + (r * kStride) + c, kStride);
            }
        }

        for (var i = 0; i < size; i++)
        {
            k[(i * kStride) + i] += 1;
        }

        if (!Cholesky.Factor(k, size, (int)kStride))
        {
            return false;
        }

        Cholesky.Solve(k, size, (int)kStride, t);
        x.Clear();
        fixed (float* solution = x)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                VectorKernel.AddScaled(MathF.Sqrt(weights[i]) * t[i], step.Source.RowPointer(columns[i]), solution, _stride);
            }

            for (var f = 0; f < _stride; f++)
            {
                solution[f] /= diagonal[f];
            }
        }

        return true;
    }

    /// <summary>Conjugate gradients preconditioned by D, from the factors that are there.</summary>
    private bool SolveByConjugateGradients(HalfStep step, ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, Span<float> factors)
    {
        var diagonal = VectorPointer(0);
        var r = VectorPointer(1);
        var p = VectorPointer(2);
        var q = VectorPointer(3);
        var z = VectorPointer(4);
        fixed (float* x = factors)
        {
            // r = Yᵀ v − (D + Yᵀ W Y) x, one pass over the interactions.
            for (var k = 0; k < _stride; k++)
            {
                r[k] = -diagonal[k] * x[k];
            }

            for (var i = 0; i < columns.Length; i++)
            {
                var y = step.Source.RowPointer(columns[i]);
                var score = VectorKernel.Dot(y, x, _stride);
                VectorKernel.AddScaled(Target(step, weights[i]) - (weights[i] * score), y, r, _stride);
            }

            for (var k = 0; k < _stride; k++)
            {
                p[k] = z[k] = r[k] / diagonal[k];
            }

            var rho = VectorKernel.Dot(r, z, _stride);
            for (var iteration = 0; iteration < step.Settings.ConjugateGradientSteps && rho > 1e-20f; iteration++)
            {
                for (var k = 0; k < _stride; k++)
                {
                    q[k] = diagonal[k] * p[k];
                }

                for (var i = 0; i < columns.Length; i++)
                {
                    var y = step.Source.RowPointer(columns[i]);
                    VectorKernel.AddScaled(weights[i] * VectorKernel.Dot(y, p, _stride), y, q, _stride);
                }

                var length = rho / VectorKernel.Dot(p, q, _stride);
                VectorKernel.AddScaled(length, p, x, _stride);
                VectorKernel.AddScaled(-length, q, r, _stride);
                for (var k = 0; k < _stride; k++)
                {
                    z[k] = r[k] / diagonal[k];
                }

                var next = VectorKernel.Dot(r, z, _stride);
                VectorKernel.Scale(next / rho, p, p, _stride);
                VectorKernel.AddScaled(1, z, p, _stride);
                rho = next;
            }

            return float.IsFinite(rho);
        }
    }
}
