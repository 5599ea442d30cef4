using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RecSys.Algorithms.Linear;

/// <summary>
/// Kernels over rows that lie scattered in a tall matrix: row i is at <c>rows + indices[i] · stride</c>; stride and length are
/// multiples of 16. Four rows are read side by side, which hides the latency of both sums and cache misses.
/// </summary>
internal static unsafe class GatherKernel
{
    /// <summary>products[i] = Σ_k row_i[k] · x[k].</summary>
    public static void Dots(float* rows, nint stride, int length, int* indices, int count, float* x, float* products)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Dots<Lanes512, Vector512<float>>(rows, stride, length, indices, count, x, products);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Dots<Lanes256, Vector256<float>>(rows, stride, length, indices, count, x, products);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Dots<Lanes128, Vector128<float>>(rows, stride, length, indices, count, x, products);
        }
        else
        {
            DotsScalar(rows, stride, length, indices, count, x, products);
        }
    }

    /// <summary>y += Σ_i factors[i] · row_i.</summary>
    public static void AddScaled(float* rows, nint stride, int length, int* indices, int count, float* factors, float* y)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            AddScaled<Lanes512, Vector512<float>>(rows, stride, length, indices, count, factors, y);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            AddScaled<Lanes256, Vector256<float>>(rows, stride, length, indices, count, factors, y);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            AddScaled<Lanes128, Vector128<float>>(rows, stride, length, indices, count, factors, y);
        }
        else
        {
            AddScaledScalar(rows, stride, length, indices, count, factors, y);
        }
    }

    /// <summary>Copies factors[i] · row_i into strips of 16 columns (see <see cref="Strips"/>).</summary>
    public static void PackScaled(float* rows, nint stride, int* indices, int count, float* factors, float* strips)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            PackScaled<Lanes512, Vector512<float>>(rows, stride, indices, count, factors, strips);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            PackScaled<Lanes256, Vector256<float>>(rows, stride, indices, count, factors, strips);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            PackScaled<Lanes128, Vector128<float>>(rows, stride, indices, count, factors, strips);
        }
        else
        {
            PackScaledScalar(rows, stride, indices, count, factors, strips);
        }
    }

    internal static void DotsScalar(float* rows, nint stride, int length, int* indices, int count, float* x, float* products)
    {
        for (var i = 0; i < count; i++)
        {
            products[i] = VectorKernel.DotScalar(rows + (indices[i] * stride), x, length);
        }
    }

    internal static void AddScaledScalar(float* rows, nint stride, int length, int* indices, int count, float* factors, float* y)
    {
        for (var i = 0; i < count; i++)
        {
            VectorKernel.AddScaledScalar(factors[i], rows + (indices[i] * stride), y, length);
        }
    }

    internal static void PackScaledScalar(float* rows, nint stride, int* indices, int count, float* factors, float* strips)
    {
        for (var i = 0; i < count; i++)
        {
            for (nint k = 0; k < stride; k++)
            {
                strips[(k / Padding.Tile * count * Padding.Tile) + (i * Padding.Tile) + (k % Padding.Tile)] =
                    factors[i] * rows[(indices[i] * stride) + k];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Dots<TLanes, TVector>(
        float* rows, nint stride, int length, int* indices, int count, float* x, float* products)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            var a = rows + (indices[i] * stride);
            var b = rows + (indices[i + 1] * stride);
            var c = rows + (indices[i + 2] * stride);
            var d = rows + (indices[i + 3] * stride);
            var sumA = TLanes.Broadcast(0);
            var sumB = sumA;
            var sumC = sumA;
            var sumD = sumA;
            for (var k = 0; k < length; k += TLanes.Count)
            {
                var vector = TLanes.Load(x + k);
                sumA = TLanes.MultiplyAdd(vector, TLanes.Load(a + k), sumA);
                sumB = TLanes.MultiplyAdd(vector, TLanes.Load(b + k), sumB);
                sumC = TLanes.MultiplyAdd(vector, TLanes.Load(c + k), sumC);
                sumD = TLanes.MultiplyAdd(vector, TLanes.Load(d + k), sumD);
            }

            TLanes.Sums(sumA, sumB, sumC, sumD).Store(products + i);
        }

        for (; i < count; i++)
        {
            products[i] = VectorKernel.Dot<TLanes, TVector>(rows + (indices[i] * stride), x, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddScaled<TLanes, TVector>(
        float* rows, nint stride, int length, int* indices, int count, float* factors, float* y)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            var a = rows + (indices[i] * stride);
            var b = rows + (indices[i + 1] * stride);
            var c = rows + (indices[i + 2] * stride);
            var d = rows + (indices[i + 3] * stride);
            var factorA = TLanes.Broadcast(factors[i]);
            var factorB = TLanes.Broadcast(factors[i + 1]);
            var factorC = TLanes.Broadcast(factors[i + 2]);
            var factorD = TLanes.Broadcast(factors[i + 3]);
            for (var k = 0; k < length; k += TLanes.Count)
            {
                // Two chains of two multiply-adds rather than one of four.
                var even = TLanes.MultiplyAdd(factorA, TLanes.Load(a + k), TLanes.Load(y + k));
                var odd = TLanes.Multiply(factorB, TLanes.Load(b + k));
                even = TLanes.MultiplyAdd(factorC, TLanes.Load(c + k), even);
                odd = TLanes.MultiplyAdd(factorD, TLanes.Load(d + k), odd);
                TLanes.Store(TLanes.Add(even, odd), y + k);
            }
        }

        for (; i < count; i++)
        {
            VectorKernel.AddScaled<TLanes, TVector>(factors[i], rows + (indices[i] * stride), y, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PackScaled<TLanes, TVector>(float* rows, nint stride, int* indices, int count, float* factors, float* strips)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var stripLength = (nint)count * Padding.Tile;
        for (var i = 0; i < count; i++)
        {
            var row = rows + (indices[i] * stride);
            var factor = TLanes.Broadcast(factors[i]);
            var target = strips + ((nint)i * Padding.Tile);
            for (nint k = 0; k < stride; k += Padding.Tile)
            {
                for (var lane = 0; lane < Padding.Tile; lane += TLanes.Count)
                {
                    TLanes.Store(TLanes.Multiply(factor, TLanes.Load(row + k + lane)), target + lane);
                }

                target += stripLength;
            }
        }
    }
}

/// <summary>Asks for rows that will be needed soon. Rows of factors are met at random, and no processor can foresee which.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Fetches whole rows into the level-2 cache, where there is an instruction for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows(float* rows, nint stride, int* indices, int count)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        for (var i = 0; i < count; i++)
        {
            var row = rows + (indices[i] * stride);
            for (nint k = 0; k < stride; k += Padding.Tile)
            {
                Sse.Prefetch1(row + k);
            }
        }
    }
}

/// <summary>The indices 0 … 15 at a fixed address: rows that lie one after the other, for kernels that gather.</summary>
internal static unsafe class RowIndices
{
    private static readonly int[] Array = Create();

    /// <summary>Sixteen ascending indices.</summary>
    public static int* Consecutive => (int*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref Array[0]);

    private static int[] Create()
    {
        var indices = GC.AllocateArray<int>(Padding.Tile, pinned: true);
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = i;
        }

        return indices;
    }
}
