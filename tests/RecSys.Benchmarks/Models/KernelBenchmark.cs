using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;

namespace RecSys.Benchmarks.Models;

/// <summary>GFLOP/s of one core: the multiply-add peak, and the kernels against it.</summary>
internal static unsafe class KernelBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var rounds = arguments.Get("rounds", 5);
        var work = (long)arguments.Get("work", 400_000_000);
        var largest = arguments.Get("largest", 1024);
        var peak = Best(rounds, Peak);
        Console.WriteLine($"multiply-add peak, registers only: {peak:f1} GFLOP/s");
        foreach (var factorCount in new[] { 32, 64, 128, 256, 512, 1024 }.Where(factorCount => factorCount <= largest))
        {
            var panel = Best(rounds, () => Panel(factorCount, work));
            var gram = Best(rounds, () => Gram(factorCount, work));
            var rotation = Best(rounds, () => Rotate(factorCount, work / 2));
            Console.WriteLine(
                $"{factorCount,4} factors: Gram of 64 rows {panel,6:f1} GFLOP/s ({panel / peak:p0} of peak), "
                    + $"of all {gram,6:f1} ({gram / peak:p0}), rotation {rotation,6:f1} ({rotation / peak:p0})");
        }

        foreach (var size in new[] { 16, 32, 64, 128, 256, 512 }.Where(size => size <= largest))
        {
            var cholesky = Best(rounds, () => Factor(size, work / 2));
            Console.WriteLine($"Cholesky {size,4}: {cholesky,6:f1} GFLOP/s ({cholesky / peak:p0})");
        }
    }

    private static double Best(int rounds, Func<double> measure)
    {
        var best = 0d;
        for (var i = 0; i < rounds; i++)
        {
            best = Math.Max(best, measure());
        }

        return best;
    }

    /// <summary>What a row with 64 interactions adds to its matrix: the upper tiles, 64 · f (f + 16) flops.</summary>
    private static double Panel(int factorCount, long work)
    {
        const int Rows = 64;
        var strips = new AlignedBuffer((long)Rows * factorCount);
        var matrix = new AlignedBuffer((long)factorCount * (factorCount + 16));
        strips.Span.Fill(0.01f);
        var repeats = Math.Max(1, work / (Rows * factorCount * (long)factorCount));
        var watches = new Stopwatches();
        for (var i = 0; i < repeats; i++)
        {
            PanelKernel.SetGram(strips.Pointer, Rows, factorCount, matrix.Pointer, factorCount + 16);
        }

        return (double)repeats * Rows * factorCount * (factorCount + 16) / watches.CpuSeconds / 1e9;
    }

    /// <summary>Counts both triangles' multiply-adds of the upper tiles only: n · f (f + 16) flops.</summary>
    private static double Gram(int factorCount, long work)
    {
        const int Rows = 8192;
        var rows = new AlignedBuffer((long)Rows * factorCount);
        rows.Span.Fill(0.01f);
        var repeats = Math.Max(1, work / (Rows * factorCount * (long)factorCount));
        var watches = new Stopwatches();
        for (var i = 0; i < repeats; i++)
        {
            GramMatrix.Compute(rows.Pointer, Rows, factorCount, factorCount, 1, default);
        }

        return (double)repeats * Rows * factorCount * (factorCount + 16) / watches.CpuSeconds / 1e9;
    }

    private static double Rotate(int factorCount, long work)
    {
        const int Rows = 4096;
        var rows = new AlignedBuffer((long)Rows * factorCount);
        var identity = new double[factorCount * factorCount];
        var repeats = Math.Max(1, work / (Rows * factorCount * (long)factorCount));
        var watches = new Stopwatches();
        for (var i = 0; i < repeats; i++)
        {
            Rotation.Apply(rows.Pointer, Rows, factorCount, identity, factorCount, 1, default);
        }

        return 2d * repeats * Rows * factorCount * factorCount / watches.CpuSeconds / 1e9;
    }

    private static double Factor(int size, long work)
    {
        var stride = size + 16;
        var matrix = new AlignedBuffer((long)size * stride);
        var inverses = new AlignedBuffer(Cholesky.InverseLength(size));
        var repeats = Math.Max(1, work / ((long)size * size * size));
        var watches = new Stopwatches();
        for (var i = 0; i < repeats; i++)
        {
            matrix.Span.Fill(0.1f);
            for (var k = 0; k < size; k++)
            {
                matrix.Span[(k * stride) + k] = size;
            }

            Cholesky.Factor(matrix.Pointer, size, stride, inverses.Pointer);
        }

        return repeats / 3d * size * size * size / watches.CpuSeconds / 1e9;
    }

    private static double Peak()
    {
        const int Repeats = 10_000_000;
        var wide = Vector512.IsHardwareAccelerated;
        var watches = new Stopwatches();
        var sum = wide ? Spin512(Repeats) : Spin256(Repeats);
        var flops = Repeats * 12d * (wide ? 32 : 16);
        return float.IsNaN(sum) ? 0 : flops / watches.CpuSeconds / 1e9;
    }

    /// <summary>Twelve independent chains; nothing is called while they live in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Spin512(int repeats)
    {
        var x = Vector512.Create(1e-9f);
        var y = Vector512.Create(0.5f);
        Vector512<float> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        for (var n = 0; n < repeats; n++)
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

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Spin256(int repeats)
    {
        var x = Vector256.Create(1e-9f);
        var y = Vector256.Create(0.5f);
        Vector256<float> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        for (var n = 0; n < repeats; n++)
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

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
