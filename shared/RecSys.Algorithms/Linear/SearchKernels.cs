using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Linear;

/// <summary>Finds in a 16 × 16 tile of scores those that reach their row's threshold.</summary>
internal static unsafe class ScreenKernel
{
    /// <summary>Bit s of hits[r] says whether tile[r, s] ≥ thresholds[r]; returns whether any does.</summary>
    public static bool Find(float* tile, float* thresholds, ushort* hits) =>
        Vector512.IsHardwareAccelerated ? Find<Lanes512, Vector512<float>>(tile, thresholds, hits)
        : Vector256.IsHardwareAccelerated ? Find<Lanes256, Vector256<float>>(tile, thresholds, hits)
        : Vector128.IsHardwareAccelerated ? Find<Lanes128, Vector128<float>>(tile, thresholds, hits)
        : FindScalar(tile, thresholds, hits);

    internal static bool FindScalar(float* tile, float* thresholds, ushort* hits)
    {
        var any = 0;
        for (var r = 0; r < Padding.Tile; r++)
        {
            var mask = 0;
            for (var s = 0; s < Padding.Tile; s++)
            {
                mask |= tile[(r * Padding.Tile) + s] >= thresholds[r] ? 1 << s : 0;
            }

            hits[r] = (ushort)mask;
            any |= mask;
        }

        return any != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Find<TLanes, TVector>(float* tile, float* thresholds, ushort* hits)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var any = 0u;
        for (var r = 0; r < Padding.Tile; r++)
        {
            var threshold = TLanes.Broadcast(thresholds[r]);
            var mask = 0u;
            for (var s = 0; s < Padding.Tile; s += TLanes.Count)
            {
                mask |= TLanes.AtLeast(TLanes.Load(tile + (r * Padding.Tile) + s), threshold) << s;
            }

            hits[r] = (ushort)mask;
            any |= mask;
        }

        return any != 0;
    }
}

/// <summary>
/// Inner products of one quantised vector with 16 others at once, exact in integers:
/// <c>products[i] = Σ_k query[k] · codes[16 k + i]</c>.
/// </summary>
/// <remarks>
/// All values are within ±127, so that the sum of two products fits 16 bits (2 · 127² = 32,258) and only every second sum has to
/// be widened. Needs no dot-product instruction; a scan is bound by memory long before.
/// </remarks>
internal static unsafe class Int8Kernel
{
    /// <summary>Length is even; products has room for 16.</summary>
    public static void Dots(short* query, sbyte* codes, int length, int* products)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            Vectors(query, codes, length, products);
        }
        else
        {
            Scalar(query, codes, length, products);
        }
    }

    internal static void Scalar(short* query, sbyte* codes, int length, int* products)
    {
        new Span<int>(products, Padding.Tile).Clear();
        for (var k = 0; k < length; k++)
        {
            for (var i = 0; i < Padding.Tile; i++)
            {
                products[i] += query[k] * codes[(k * Padding.Tile) + i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vectors(short* query, sbyte* codes, int length, int* products)
    {
        var low = Vector256<int>.Zero;
        var high = Vector256<int>.Zero;
        for (var k = 0; k < length; k += 2)
        {
            // Two rows of 16 codes, each widened to 16 bits.
            var pair = Vector256.Load(codes + (k * Padding.Tile));
            var sums = (Vector256.WidenLower(pair) * Vector256.Create(query[k]))
                + (Vector256.WidenUpper(pair) * Vector256.Create(query[k + 1]));
            low += Vector256.WidenLower(sums);
            high += Vector256.WidenUpper(sums);
        }

        low.Store(products);
        high.Store(products + 8);
    }
}
