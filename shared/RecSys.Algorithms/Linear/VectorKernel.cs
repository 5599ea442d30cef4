using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Linear;

/// <summary>Kernels over one or two vectors. Lengths are multiples of 16 (see <see cref="Padding"/>), so there is no remainder.</summary>
internal static unsafe class VectorKernel
{
    /// <summary>Σ_k a_k · b_k.</summary>
    public static float Dot(float* a, float* b, int length) =>
        Vector512.IsHardwareAccelerated ? Dot<Lanes512, Vector512<float>>(a, b, length)
        : Vector256.IsHardwareAccelerated ? Dot<Lanes256, Vector256<float>>(a, b, length)
        : Vector128.IsHardwareAccelerated ? Dot<Lanes128, Vector128<float>>(a, b, length)
        : DotScalar(a, b, length);

    /// <summary>y += factor · x.</summary>
    public static void AddScaled(float factor, float* x, float* y, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            AddScaled<Lanes512, Vector512<float>>(factor, x, y, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            AddScaled<Lanes256, Vector256<float>>(factor, x, y, length);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            AddScaled<Lanes128, Vector128<float>>(factor, x, y, length);
        }
        else
        {
            AddScaledScalar(factor, x, y, length);
        }
    }

    /// <summary>y = factor · x.</summary>
    public static void Scale(float factor, float* x, float* y, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Scale<Lanes512, Vector512<float>>(factor, x, y, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Scale<Lanes256, Vector256<float>>(factor, x, y, length);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Scale<Lanes128, Vector128<float>>(factor, x, y, length);
        }
        else
        {
            ScaleScalar(factor, x, y, length);
        }
    }

    /// <summary>z = x ∘ y, element by element; z may be x or y.</summary>
    public static void Multiply(float* x, float* y, float* z, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Multiply<Lanes512, Vector512<float>>(x, y, z, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Multiply<Lanes256, Vector256<float>>(x, y, z, length);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Multiply<Lanes128, Vector128<float>>(x, y, z, length);
        }
        else
        {
            MultiplyScalar(x, y, z, length);
        }
    }

    internal static float DotScalar(float* a, float* b, int length)
    {
        var sum = 0f;
        for (var k = 0; k < length; k++)
        {
            sum += a[k] * b[k];
        }

        return sum;
    }

    internal static void AddScaledScalar(float factor, float* x, float* y, int length)
    {
        for (var k = 0; k < length; k++)
        {
            y[k] += factor * x[k];
        }
    }

    internal static void ScaleScalar(float factor, float* x, float* y, int length)
    {
        for (var k = 0; k < length; k++)
        {
            y[k] = factor * x[k];
        }
    }

    internal static void MultiplyScalar(float* x, float* y, float* z, int length)
    {
        for (var k = 0; k < length; k++)
        {
            z[k] = x[k] * y[k];
        }
    }

    /// <summary>Two sums side by side, because one would wait for the latency of its own last addition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Dot<TLanes, TVector>(float* a, float* b, int length)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var even = TLanes.Broadcast(0);
        var odd = even;
        var k = 0;
        for (; k + (2 * TLanes.Count) <= length; k += 2 * TLanes.Count)
        {
            even = TLanes.MultiplyAdd(TLanes.Load(a + k), TLanes.Load(b + k), even);
            odd = TLanes.MultiplyAdd(TLanes.Load(a + k + TLanes.Count), TLanes.Load(b + k + TLanes.Count), odd);
        }

        if (k < length)
        {
            even = TLanes.MultiplyAdd(TLanes.Load(a + k), TLanes.Load(b + k), even);
        }

        return TLanes.Sum(TLanes.Add(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddScaled<TLanes, TVector>(float factor, float* x, float* y, int length)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var broadcast = TLanes.Broadcast(factor);
        for (var k = 0; k < length; k += TLanes.Count)
        {
            TLanes.Store(TLanes.MultiplyAdd(broadcast, TLanes.Load(x + k), TLanes.Load(y + k)), y + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Scale<TLanes, TVector>(float factor, float* x, float* y, int length)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var broadcast = TLanes.Broadcast(factor);
        for (var k = 0; k < length; k += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(broadcast, TLanes.Load(x + k)), y + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Multiply<TLanes, TVector>(float* x, float* y, float* z, int length)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var k = 0; k < length; k += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(x + k), TLanes.Load(y + k)), z + k);
        }
    }
}

/// <summary>The vector updates of a preconditioned conjugate-gradient step, each in one pass. Lengths are multiples of 16.</summary>
internal static unsafe class ConjugateGradientKernel
{
    /// <summary>x += α p; r −= α q; z = r ∘ inverse; returns r · z.</summary>
    public static float Advance(float alpha, float* p, float* q, float* inverse, float* x, float* r, float* z, int length) =>
        Vector512.IsHardwareAccelerated ? Advance<Lanes512, Vector512<float>>(alpha, p, q, inverse, x, r, z, length)
        : Vector256.IsHardwareAccelerated ? Advance<Lanes256, Vector256<float>>(alpha, p, q, inverse, x, r, z, length)
        : Vector128.IsHardwareAccelerated ? Advance<Lanes128, Vector128<float>>(alpha, p, q, inverse, x, r, z, length)
        : AdvanceScalar(alpha, p, q, inverse, x, r, z, length);

    /// <summary>p = z + β p; q = diagonal ∘ p.</summary>
    public static void Direct(float beta, float* z, float* diagonal, float* p, float* q, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Direct<Lanes512, Vector512<float>>(beta, z, diagonal, p, q, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Direct<Lanes256, Vector256<float>>(beta, z, diagonal, p, q, length);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Direct<Lanes128, Vector128<float>>(beta, z, diagonal, p, q, length);
        }
        else
        {
            DirectScalar(beta, z, diagonal, p, q, length);
        }
    }

    internal static float AdvanceScalar(
        float alpha, float* p, float* q, float* inverse, float* x, float* r, float* z, int length)
    {
        var sum = 0f;
        for (var k = 0; k < length; k++)
        {
            x[k] += alpha * p[k];
            r[k] -= alpha * q[k];
            z[k] = r[k] * inverse[k];
            sum += r[k] * z[k];
        }

        return sum;
    }

    internal static void DirectScalar(float beta, float* z, float* diagonal, float* p, float* q, int length)
    {
        for (var k = 0; k < length; k++)
        {
            p[k] = z[k] + (beta * p[k]);
            q[k] = diagonal[k] * p[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Advance<TLanes, TVector>(
        float alpha, float* p, float* q, float* inverse, float* x, float* r, float* z, int length)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var plus = TLanes.Broadcast(alpha);
        var minus = TLanes.Broadcast(-alpha);
        var sum = TLanes.Broadcast(0);
        for (var k = 0; k < length; k += TLanes.Count)
        {
            TLanes.Store(TLanes.MultiplyAdd(plus, TLanes.Load(p + k), TLanes.Load(x + k)), x + k);
            var residual = TLanes.MultiplyAdd(minus, TLanes.Load(q + k), TLanes.Load(r + k));
            TLanes.Store(residual, r + k);
            var preconditioned = TLanes.Multiply(residual, TLanes.Load(inverse + k));
            TLanes.Store(preconditioned, z + k);
            sum = TLanes.MultiplyAdd(residual, preconditioned, sum);
        }

        return TLanes.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Direct<TLanes, TVector>(float beta, float* z, float* diagonal, float* p, float* q, int length)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var broadcast = TLanes.Broadcast(beta);
        for (var k = 0; k < length; k += TLanes.Count)
        {
            var direction = TLanes.MultiplyAdd(broadcast, TLanes.Load(p + k), TLanes.Load(z + k));
            TLanes.Store(direction, p + k);
            TLanes.Store(TLanes.Multiply(direction, TLanes.Load(diagonal + k)), q + k);
        }
    }
}

/// <summary>A shifted diagonal and its powers. Lengths are multiples of 16.</summary>
internal static unsafe class DiagonalKernel
{
    /// <summary>diagonal = spectrum + shift; inverse = 1 / diagonal; inverseRoot = √inverse.</summary>
    public static void Prepare(float* spectrum, float shift, float* diagonal, float* inverse, float* inverseRoot, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Prepare<Lanes512, Vector512<float>>(spectrum, shift, diagonal, inverse, inverseRoot, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Prepare<Lanes256, Vector256<float>>(spectrum, shift, diagonal, inverse, inverseRoot, length);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Prepare<Lanes128, Vector128<float>>(spectrum, shift, diagonal, inverse, inverseRoot, length);
        }
        else
        {
            PrepareScalar(spectrum, shift, diagonal, inverse, inverseRoot, length);
        }
    }

    internal static void PrepareScalar(float* spectrum, float shift, float* diagonal, float* inverse, float* inverseRoot, int length)
    {
        for (var k = 0; k < length; k++)
        {
            diagonal[k] = spectrum[k] + shift;
            inverse[k] = 1 / diagonal[k];
            inverseRoot[k] = MathF.Sqrt(inverse[k]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prepare<TLanes, TVector>(
        float* spectrum, float shift, float* diagonal, float* inverse, float* inverseRoot, int length)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var broadcast = TLanes.Broadcast(shift);
        for (var k = 0; k < length; k += TLanes.Count)
        {
            var sum = TLanes.Add(TLanes.Load(spectrum + k), broadcast);
            var reciprocal = TLanes.Reciprocal(sum);
            TLanes.Store(sum, diagonal + k);
            TLanes.Store(reciprocal, inverse + k);
            TLanes.Store(TLanes.SquareRoot(reciprocal), inverseRoot + k);
        }
    }
}
