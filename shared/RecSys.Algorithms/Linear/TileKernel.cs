using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Linear;

/// <summary>
/// The inner kernel of everything cubic: a 16 × 16 tile of a sum of outer products,
/// <c>C[r, s] ±= Σ_t a[t·aStep + r] · b[t·bStep + s]</c>.
/// </summary>
/// <remarks>
/// A Gram matrix takes a = b = rows of factors; a trailing Cholesky update takes rows of the factor and subtracts; a product of
/// matrices takes a packed (transposed) left side. Each term reads one cache line of b and broadcasts 16 floats of a: 16
/// multiply-adds for 17 loads with 512-bit vectors (16 accumulators), and four passes of 8 multiply-adds for 6 loads with
/// 256-bit vectors (8 accumulators, which is the latency of a multiply-add times its throughput).
/// </remarks>
internal static unsafe class TileKernel
{
    /// <summary>Adds the tile's sum to C.</summary>
    public static void Add(float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride) =>
        Run<Plus>(a, aStep, b, bStep, depth, c, cStride);

    /// <summary>Subtracts the tile's sum from C.</summary>
    public static void Subtract(float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride) =>
        Run<Minus>(a, aStep, b, bStep, depth, c, cStride);

    /// <summary>Sets C to the tile's sum.</summary>
    public static void Set(float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride) =>
        Run<Assign>(a, aStep, b, bStep, depth, c, cStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run<TUpdate>(float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride)
        where TUpdate : struct, IUpdate
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512Body<TUpdate>(a, aStep, b, bStep, depth, c, cStride);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (var r = 0; r < Padding.Tile; r += 4)
            {
                Vector256Body<TUpdate>(a + r, aStep, b, bStep, depth, c + (r * cStride), cStride);
            }
        }
        else
        {
            Scalar<TUpdate>(a, aStep, b, bStep, depth, c, cStride);
        }
    }

    internal static void Vector512Body<TUpdate>(float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride)
        where TUpdate : struct, IUpdate
    {
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
        Vector512<float> c4 = default, c5 = default, c6 = default, c7 = default;
        Vector512<float> c8 = default, c9 = default, c10 = default, c11 = default;
        Vector512<float> c12 = default, c13 = default, c14 = default, c15 = default;
        for (; depth > 0; depth--)
        {
            var row = Vector512.Load(b);
            c0 = Vector512.MultiplyAddEstimate(Vector512.Create(a[0]), row, c0);
            c1 = Vector512.MultiplyAddEstimate(Vector512.Create(a[1]), row, c1);
            c2 = Vector512.MultiplyAddEstimate(Vector512.Create(a[2]), row, c2);
            c3 = Vector512.MultiplyAddEstimate(Vector512.Create(a[3]), row, c3);
            c4 = Vector512.MultiplyAddEstimate(Vector512.Create(a[4]), row, c4);
            c5 = Vector512.MultiplyAddEstimate(Vector512.Create(a[5]), row, c5);
            c6 = Vector512.MultiplyAddEstimate(Vector512.Create(a[6]), row, c6);
            c7 = Vector512.MultiplyAddEstimate(Vector512.Create(a[7]), row, c7);
            c8 = Vector512.MultiplyAddEstimate(Vector512.Create(a[8]), row, c8);
            c9 = Vector512.MultiplyAddEstimate(Vector512.Create(a[9]), row, c9);
            c10 = Vector512.MultiplyAddEstimate(Vector512.Create(a[10]), row, c10);
            c11 = Vector512.MultiplyAddEstimate(Vector512.Create(a[11]), row, c11);
            c12 = Vector512.MultiplyAddEstimate(Vector512.Create(a[12]), row, c12);
            c13 = Vector512.MultiplyAddEstimate(Vector512.Create(a[13]), row, c13);
            c14 = Vector512.MultiplyAddEstimate(Vector512.Create(a[14]), row, c14);
            c15 = Vector512.MultiplyAddEstimate(Vector512.Create(a[15]), row, c15);
            a += aStep;
            b += bStep;
        }

        TUpdate.Store(c0, c);
        TUpdate.Store(c1, c + cStride);
        TUpdate.Store(c2, c + (2 * cStride));
        TUpdate.Store(c3, c + (3 * cStride));
        TUpdate.Store(c4, c + (4 * cStride));
        TUpdate.Store(c5, c + (5 * cStride));
        TUpdate.Store(c6, c + (6 * cStride));
        TUpdate.Store(c7, c + (7 * cStride));
        TUpdate.Store(c8, c + (8 * cStride));
        TUpdate.Store(c9, c + (9 * cStride));
        TUpdate.Store(c10, c + (10 * cStride));
        TUpdate.Store(c11, c + (11 * cStride));
        TUpdate.Store(c12, c + (12 * cStride));
        TUpdate.Store(c13, c + (13 * cStride));
        TUpdate.Store(c14, c + (14 * cStride));
        TUpdate.Store(c15, c + (15 * cStride));
    }

    /// <summary>Four rows of the tile.</summary>
    internal static void Vector256Body<TUpdate>(float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride)
        where TUpdate : struct, IUpdate
    {
        Vector256<float> l0 = default, l1 = default, l2 = default, l3 = default;
        Vector256<float> h0 = default, h1 = default, h2 = default, h3 = default;
        for (; depth > 0; depth--)
        {
            var low = Vector256.Load(b);
            var high = Vector256.Load(b + 8);
            var broadcast = Vector256.Create(a[0]);
            l0 = Vector256.MultiplyAddEstimate(broadcast, low, l0);
            h0 = Vector256.MultiplyAddEstimate(broadcast, high, h0);
            broadcast = Vector256.Create(a[1]);
            l1 = Vector256.MultiplyAddEstimate(broadcast, low, l1);
            h1 = Vector256.MultiplyAddEstimate(broadcast, high, h1);
            broadcast = Vector256.Create(a[2]);
            l2 = Vector256.MultiplyAddEstimate(broadcast, low, l2);
            h2 = Vector256.MultiplyAddEstimate(broadcast, high, h2);
            broadcast = Vector256.Create(a[3]);
            l3 = Vector256.MultiplyAddEstimate(broadcast, low, l3);
            h3 = Vector256.MultiplyAddEstimate(broadcast, high, h3);
            a += aStep;
            b += bStep;
        }

        TUpdate.Store(l0, c);
        TUpdate.Store(h0, c + 8);
        c += cStride;
        TUpdate.Store(l1, c);
        TUpdate.Store(h1, c + 8);
        c += cStride;
        TUpdate.Store(l2, c);
        TUpdate.Store(h2, c + 8);
        c += cStride;
        TUpdate.Store(l3, c);
        TUpdate.Store(h3, c + 8);
    }

    /// <summary>The scalar twin: the equation as it stands.</summary>
    internal static void Scalar<TUpdate>(float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride)
        where TUpdate : struct, IUpdate
    {
        for (var r = 0; r < Padding.Tile; r++)
        {
            for (var s = 0; s < Padding.Tile; s++)
            {
                var sum = 0f;
                for (nint t = 0; t < depth; t++)
                {
                    sum += a[(t * aStep) + r] * b[(t * bStep) + s];
                }

                TUpdate.Store(sum, c + (r * cStride) + s);
            }
        }
    }

    /// <summary>What becomes of C.</summary>
    internal interface IUpdate
    {
        static abstract void Store(Vector512<float> sum, float* c);

        static abstract void Store(Vector256<float> sum, float* c);

        static abstract void Store(float sum, float* c);
    }

    internal readonly struct Plus : IUpdate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector512<float> sum, float* c) => (Vector512.Load(c) + sum).Store(c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<float> sum, float* c) => (Vector256.Load(c) + sum).Store(c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(float sum, float* c) => *c += sum;
    }

    internal readonly struct Minus : IUpdate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector512<float> sum, float* c) => (Vector512.Load(c) - sum).Store(c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<float> sum, float* c) => (Vector256.Load(c) - sum).Store(c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(float sum, float* c) => *c -= sum;
    }

    internal readonly struct Assign : IUpdate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector512<float> sum, float* c) => sum.Store(c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<float> sum, float* c) => sum.Store(c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(float sum, float* c) => *c = sum;
    }
}
