using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace RecSys.Algorithms.Linear;

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
