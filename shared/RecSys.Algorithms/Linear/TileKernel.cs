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
            Wide<TUpdate>(a, aStep, b, bStep, depth, c, cStride);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Narrow<TUpdate, Lanes256, Vector256<float>>(a, aStep, b, bStep, depth, c, cStride);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Narrow<TUpdate, Lanes128, Vector128<float>>(a, aStep, b, bStep, depth, c, cStride);
        }
        else
        {
            Scalar<TUpdate>(a, aStep, b, bStep, depth, c, cStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Wide<TUpdate>(float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride)
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

        TUpdate.Store<Lanes512, Vector512<float>>(c0, c);
        TUpdate.Store<Lanes512, Vector512<float>>(c1, c + cStride);
        TUpdate.Store<Lanes512, Vector512<float>>(c2, c + (2 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c3, c + (3 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c4, c + (4 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c5, c + (5 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c6, c + (6 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c7, c + (7 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c8, c + (8 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c9, c + (9 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c10, c + (10 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c11, c + (11 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c12, c + (12 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c13, c + (13 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c14, c + (14 * cStride));
        TUpdate.Store<Lanes512, Vector512<float>>(c15, c + (15 * cStride));
    }

    internal static void Narrow<TUpdate, TLanes, TVector>(
        float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride)
        where TUpdate : struct, IUpdate
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var s = 0; s < Padding.Tile; s += 2 * TLanes.Count)
        {
            for (var r = 0; r < Padding.Tile; r += 4)
            {
                NarrowPart<TUpdate, TLanes, TVector>(a + r, aStep, b + s, bStep, depth, c + (r * cStride) + s, cStride);
            }
        }
    }

    /// <summary>Four rows and two vectors of the tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NarrowPart<TUpdate, TLanes, TVector>(
        float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride)
        where TUpdate : struct, IUpdate
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector l0 = default, l1 = default, l2 = default, l3 = default;
        TVector h0 = default, h1 = default, h2 = default, h3 = default;
        for (; depth > 0; depth--)
        {
            var low = TLanes.Load(b);
            var high = TLanes.Load(b + TLanes.Count);
            var broadcast = TLanes.Broadcast(a[0]);
            l0 = TLanes.MultiplyAdd(broadcast, low, l0);
            h0 = TLanes.MultiplyAdd(broadcast, high, h0);
            broadcast = TLanes.Broadcast(a[1]);
            l1 = TLanes.MultiplyAdd(broadcast, low, l1);
            h1 = TLanes.MultiplyAdd(broadcast, high, h1);
            broadcast = TLanes.Broadcast(a[2]);
            l2 = TLanes.MultiplyAdd(broadcast, low, l2);
            h2 = TLanes.MultiplyAdd(broadcast, high, h2);
            broadcast = TLanes.Broadcast(a[3]);
            l3 = TLanes.MultiplyAdd(broadcast, low, l3);
            h3 = TLanes.MultiplyAdd(broadcast, high, h3);
            a += aStep;
            b += bStep;
        }

        Store<TUpdate, TLanes, TVector>(l0, h0, c);
        Store<TUpdate, TLanes, TVector>(l1, h1, c + cStride);
        Store<TUpdate, TLanes, TVector>(l2, h2, c + (2 * cStride));
        Store<TUpdate, TLanes, TVector>(l3, h3, c + (3 * cStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TUpdate, TLanes, TVector>(TVector low, TVector high, float* c)
        where TUpdate : struct, IUpdate
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TUpdate.Store<TLanes, TVector>(low, c);
        TUpdate.Store<TLanes, TVector>(high, c + TLanes.Count);
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

                TUpdate.StoreScalar(sum, c + (r * cStride) + s);
            }
        }
    }

    /// <summary>What becomes of C.</summary>
    internal interface IUpdate
    {
        static abstract void Store<TLanes, TVector>(TVector sum, float* c)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct;

        static abstract void StoreScalar(float sum, float* c);
    }

    internal readonly struct Plus : IUpdate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store<TLanes, TVector>(TVector sum, float* c)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            TLanes.Store(TLanes.Add(TLanes.Load(c), sum), c);

        public static void StoreScalar(float sum, float* c) => *c += sum;
    }

    internal readonly struct Minus : IUpdate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store<TLanes, TVector>(TVector sum, float* c)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            TLanes.Store(TLanes.Subtract(TLanes.Load(c), sum), c);

        public static void StoreScalar(float sum, float* c) => *c -= sum;
    }

    internal readonly struct Assign : IUpdate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store<TLanes, TVector>(TVector sum, float* c)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            TLanes.Store(sum, c);

        public static void StoreScalar(float sum, float* c) => *c = sum;
    }
}

/// <summary>
/// The Gram matrix of a panel in strips (see <see cref="Strips"/>): A = PᵀP or A += PᵀP over the tiles on and above the diagonal,
/// Hu et al. 2008, eq. 4 with √w · y as the rows of P.
/// </summary>
internal static unsafe class PanelKernel
{
    /// <summary>A = PᵀP; rows may be any number, width is a multiple of 16.</summary>
    public static void SetGram(float* strips, int rows, int width, float* a, nint stride)
    {
        for (nint r = 0; r < width; r += Padding.Tile)
        {
            for (var c = r; c < width; c += Padding.Tile)
            {
                TileKernel.Set(strips + (r * rows), Padding.Tile, strips + (c * rows), Padding.Tile, rows, a + (r * stride) + c, stride);
            }
        }
    }

    /// <summary>A += PᵀP.</summary>
    public static void AddGram(float* strips, int rows, int width, float* a, nint stride)
    {
        for (nint r = 0; r < width; r += Padding.Tile)
        {
            for (var c = r; c < width; c += Padding.Tile)
            {
                TileKernel.Add(strips + (r * rows), Padding.Tile, strips + (c * rows), Padding.Tile, rows, a + (r * stride) + c, stride);
            }
        }
    }
}

/// <summary>
/// The layout that <see cref="TileKernel"/> reads best: a matrix of rows cut into strips of 16 columns, each strip contiguous.
/// Rows at a stride of a power of two would all fall into the same few sets of the cache.
/// </summary>
internal static unsafe class Strips
{
    /// <summary>Copies <paramref name="rowCount"/> rows of <paramref name="width"/> floats; strip s starts at s · rowCount · 16.</summary>
    public static void Pack(float* rows, nint stride, int rowCount, int width, float* strips)
    {
        var stripLength = (nint)rowCount * Padding.Tile;
        for (var r = 0; r < rowCount; r++)
        {
            var target = strips + ((nint)r * Padding.Tile);
            for (var c = 0; c < width; c += Padding.Tile)
            {
                new ReadOnlySpan<float>(rows + c, Padding.Tile).CopyTo(new Span<float>(target, Padding.Tile));
                target += stripLength;
            }

            rows += stride;
        }
    }
}
