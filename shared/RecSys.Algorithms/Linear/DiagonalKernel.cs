using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Linear;

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
