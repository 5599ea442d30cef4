using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;

namespace RecSys.Benchmarks.Linear;

/// <summary>GFLOP/s of one core: the multiply-add peak, and the kernels against it.</summary>
internal static unsafe class KernelBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var peak = Best(() => Vector512.IsHardwareAccelerated ? Peak512() : Peak256());
        Console.WriteLine($"multiply-add peak, registers only: {peak:f1} GFLOP/s");
        foreach (var factorCount in new[] { 32, 64, 128, 256, 512, 1024 })
        {
            var gram = Best(() => Gram(factorCount));
            var rotation = Best(() => Rotate(factorCount));
            Console.WriteLine(
                $"{factorCount,4} factors: Gram {gram,6:f1} GFLOP/s ({gram / peak:p0} of peak), rotation {rotation,6:f1} ({rotation / peak:p0})");
        }

        foreach (var size in new[] { 16, 32, 64, 128, 256, 512 })
        {
            var cholesky = Best(() => Factor(size));
            Console.WriteLine($"Cholesky {size,4}: {cholesky,6:f1} GFLOP/s ({cholesky / peak:p0})");
        }
    }

    private static double Best(Func<double> measure)
    {
        var best = 0d;
        for (var i = 0; i < 5; i++)
        {
            best = Math.Max(best, measure());
        }

        return best;
    }

    /// <summary>Counts both triangles' multiply-adds of the upper tiles only: n · f (f + 16) flops.</summary>
    private static double Gram(int factorCount)
    {
        const int Rows = 8192;
        var rows = new AlignedBuffer((long)Rows * factorCount);
        rows.Span.Fill(0.01f);
        var repeats = Math.Max(1, 400_000_000 / (Rows * factorCount * (long)factorCount));
        var watches = new Stopwatches();
        for (var i = 0; i < repeats; i++)
        {
            GramMatrix.Compute(rows.Pointer, Rows, factorCount, factorCount, 1, default);
        }

        return (double)repeats * Rows * factorCount * (factorCount + 16) / watches.CpuSeconds / 1e9;
    }

    private static double Rotate(int factorCount)
    {
        const int Rows = 4096;
        var rows = new AlignedBuffer((long)Rows * factorCount);
        var identity = new double[factorCount * factorCount];
        var repeats = Math.Max(1, 200_000_000 / (Rows * factorCount * (long)factorCount));
        var watches = new Stopwatches();
        for (var i = 0; i < repeats; i++)
        {
            Rotation.Apply(rows.Pointer, Rows, factorCount, identity, factorCount, 1, default);
        }

        return 2d * repeats * Rows * factorCount * factorCount / watches.CpuSeconds / 1e9;
    }

    private static double Factor(int size)
    {
        var stride = size + 16;
        var matrix = new AlignedBuffer((long)size * stride);
        var repeats = Math.Max(1, 200_000_000 / ((long)size * size * size));
        var watches = new Stopwatches();
        for (var i = 0; i < repeats; i++)
        {
            matrix.Span.Fill(0.1f);
            for (var k = 0; k < size; k++)
            {
                matrix.Span[(k * stride) + k] = size;
            }

            Cholesky.Factor(matrix.Pointer, size, stride);
        }

        return repeats / 3d * size * size * size / watches.CpuSeconds / 1e9;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Peak512()
    {
        const int Repeats = 10_000_000;
        var x = Vector512.Create(1e-9f);
        var y = Vector512.Create(0.5f);
        Vector512<float> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        var watches = new Stopwatches();
        for (var n = 0; n < Repeats; n++)
        {
            a = Vector512.MultiplyAddEstimate(x, y, a);
            b = Vector512.MultiplyAddEstimate(x, y, b);
            c = Vector512.MultiplyAddEstimate(x, y, c);
            d = Vector512.MultiplyAddEstimate(x, y, d);
            e = Vector512.MultiplyAddEstimate(x, y, e);
            f = Vector512.MultiplyAddEstimate(x, y, f);
            g = Vector512.MultiplyAddEstimate(x, y, g);
            h = Vector512.MultiplyAddEstimate(x, y, h);
            i = Vector512.MultiplyAddEstimate(x, y, i);
            j = Vector512.MultiplyAddEstimate(x, y, j);
            k = Vector512.MultiplyAddEstimate(x, y, k);
            l = Vector512.MultiplyAddEstimate(x, y, l);
        }

        var seconds = watches.CpuSeconds;
        return Keep(Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l), Repeats * 12d * 32 / seconds / 1e9);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Peak256()
    {
        const int Repeats = 10_000_000;
        var x = Vector256.Create(1e-9f);
        var y = Vector256.Create(0.5f);
        Vector256<float> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        var watches = new Stopwatches();
        for (var n = 0; n < Repeats; n++)
        {
            a = Vector256.MultiplyAddEstimate(x, y, a);
            b = Vector256.MultiplyAddEstimate(x, y, b);
            c = Vector256.MultiplyAddEstimate(x, y, c);
            d = Vector256.MultiplyAddEstimate(x, y, d);
            e = Vector256.MultiplyAddEstimate(x, y, e);
            f = Vector256.MultiplyAddEstimate(x, y, f);
            g = Vector256.MultiplyAddEstimate(x, y, g);
            h = Vector256.MultiplyAddEstimate(x, y, h);
            i = Vector256.MultiplyAddEstimate(x, y, i);
            j = Vector256.MultiplyAddEstimate(x, y, j);
            k = Vector256.MultiplyAddEstimate(x, y, k);
            l = Vector256.MultiplyAddEstimate(x, y, l);
        }

        var seconds = watches.CpuSeconds;
        return Keep(Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l), Repeats * 12d * 16 / seconds / 1e9);
    }

    /// <summary>Makes a result of the computation something the compiler can't drop.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Keep(float sum, double result) => float.IsNaN(sum) ? 0 : result;
}
