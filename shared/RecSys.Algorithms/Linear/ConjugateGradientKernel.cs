using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Linear;

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
