using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RecSys.Algorithms.Linear;

/// <summary>
/// Transposes up to 16 scattered rows into one strip, scaled on both sides:
/// <c>strip[16 k + i] = columnScales[k] · rowScales[i] · row_i[k]</c>, and 0 for missing rows.
/// </summary>
internal static unsafe class TransposeKernel
{
    /// <summary>Row i is at <c>rows + indices[i] · stride</c>; length is a multiple of 16, and count at most 16.</summary>
    public static void Pack(
        float* rows, nint stride, int length, int* indices, int count, float* rowScales, float* columnScales, float* strip)
    {
        if (count < Padding.Tile)
        {
            new Span<float>(strip, length * Padding.Tile).Clear();
        }

        if (Vector128.IsHardwareAccelerated)
        {
            Vectors(rows, stride, length, indices, count, rowScales, columnScales, strip);
        }
        else
        {
            Scalar(rows, stride, length, indices, 0, count, rowScales, columnScales, strip);
        }
    }

    /// <summary>The scalar twin; also takes the rows that do not fill a group of four.</summary>
    internal static void Scalar(
        float* rows, nint stride, int length, int* indices, int first, int count, float* rowScales, float* columnScales, float* strip)
    {
        for (var i = first; i < count; i++)
        {
            var row = rows + (indices[i] * stride);
            for (var k = 0; k < length; k++)
            {
                strip[(k * Padding.Tile) + i] = columnScales[k] * rowScales[i] * row[k];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vectors(
        float* rows, nint stride, int length, int* indices, int count, float* rowScales, float* columnScales, float* strip)
    {
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            var a = rows + (indices[i] * stride);
            var b = rows + (indices[i + 1] * stride);
            var c = rows + (indices[i + 2] * stride);
            var d = rows + (indices[i + 3] * stride);
            var scales = Vector128.Load(rowScales + i);
            var target = strip + i;
            for (var k = 0; k < length; k += 4)
            {
                var (p, q, r, s) = Transpose(
                    Vector128.Load(a + k), Vector128.Load(b + k), Vector128.Load(c + k), Vector128.Load(d + k));
                (p * scales * columnScales[k]).Store(target);
                (q * scales * columnScales[k + 1]).Store(target + Padding.Tile);
                (r * scales * columnScales[k + 2]).Store(target + (2 * Padding.Tile));
                (s * scales * columnScales[k + 3]).Store(target + (3 * Padding.Tile));
                target += 4 * Padding.Tile;
            }
        }

        Scalar(rows, stride, length, indices, i, count, rowScales, columnScales, strip);
    }

    /// <summary>Four rows of four become four columns. There is no portable interleaving of two vectors, hence the two instruction sets.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> P, Vector128<float> Q, Vector128<float> R, Vector128<float> S) Transpose(
        Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        if (Sse.IsSupported)
        {
            var lowAB = Sse.UnpackLow(a, b);
            var lowCD = Sse.UnpackLow(c, d);
            var highAB = Sse.UnpackHigh(a, b);
            var highCD = Sse.UnpackHigh(c, d);
            return (
                Sse.MoveLowToHigh(lowAB, lowCD),
                Sse.MoveHighToLow(lowCD, lowAB),
                Sse.MoveLowToHigh(highAB, highCD),
                Sse.MoveHighToLow(highCD, highAB));
        }

        if (AdvSimd.Arm64.IsSupported)
        {
            var lowAC = AdvSimd.Arm64.ZipLow(a, c);
            var lowBD = AdvSimd.Arm64.ZipLow(b, d);
            var highAC = AdvSimd.Arm64.ZipHigh(a, c);
            var highBD = AdvSimd.Arm64.ZipHigh(b, d);
            return (
                AdvSimd.Arm64.ZipLow(lowAC, lowBD),
                AdvSimd.Arm64.ZipHigh(lowAC, lowBD),
                AdvSimd.Arm64.ZipLow(highAC, highBD),
                AdvSimd.Arm64.ZipHigh(highAC, highBD));
        }

        return (
            Vector128.Create(a[0], b[0], c[0], d[0]),
            Vector128.Create(a[1], b[1], c[1], d[1]),
            Vector128.Create(a[2], b[2], c[2], d[2]),
            Vector128.Create(a[3], b[3], c[3], d[3]));
    }
}
