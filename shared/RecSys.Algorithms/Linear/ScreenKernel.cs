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
