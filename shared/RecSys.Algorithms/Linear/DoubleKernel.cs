using System.Numerics;
using System.Runtime.InteropServices;

namespace RecSys.Algorithms.Linear;

/// <summary>Double-precision vector operations of any length, for the small dense problems that decide a model's accuracy.</summary>
internal static class DoubleKernel
{
    /// <summary>Σ_k a_k · b_k.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var va = MemoryMarshal.Cast<double, Vector<double>>(a);
        var vb = MemoryMarshal.Cast<double, Vector<double>>(b[..a.Length]);
        var sum0 = Vector<double>.Zero;
        var sum1 = Vector<double>.Zero;
        var i = 0;
        for (; i + 2 <= va.Length; i += 2)
        {
            sum0 += va[i] * vb[i];
            sum1 += va[i + 1] * vb[i + 1];
        }

        if (i < va.Length)
        {
            sum0 += va[i] * vb[i];
        }

        var sum = Vector.Sum(sum0 + sum1);
        for (var k = va.Length * Vector<double>.Count; k < a.Length; k++)
        {
            sum += a[k] * b[k];
        }

        return sum;
    }

    /// <summary>y += x, widened.</summary>
    public static void Add(ReadOnlySpan<float> x, Span<double> y)
    {
        var vx = MemoryMarshal.Cast<float, Vector<float>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y[..x.Length]);
        for (var i = 0; i < vx.Length; i++)
        {
            Vector.Widen(vx[i], out var low, out var high);
            vy[2 * i] += low;
            vy[(2 * i) + 1] += high;
        }

        for (var k = vx.Length * Vector<float>.Count; k < x.Length; k++)
        {
            y[k] += x[k];
        }
    }

    /// <summary>y += factor · x.</summary>
    public static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y[..x.Length]);
        var broadcast = new Vector<double>(factor);
        for (var i = 0; i < vx.Length; i++)
        {
            vy[i] += broadcast * vx[i];
        }

        for (var k = vx.Length * Vector<double>.Count; k < x.Length; k++)
        {
            y[k] += factor * x[k];
        }
    }

    /// <summary>y += p · x + q · z, the rank-two update of one row.</summary>
    public static void AddScaled(double p, ReadOnlySpan<double> x, double q, ReadOnlySpan<double> z, Span<double> y)
    {
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vz = MemoryMarshal.Cast<double, Vector<double>>(z[..x.Length]);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y[..x.Length]);
        var broadcastP = new Vector<double>(p);
        var broadcastQ = new Vector<double>(q);
        for (var i = 0; i < vx.Length; i++)
        {
            vy[i] += (broadcastP * vx[i]) + (broadcastQ * vz[i]);
        }

        for (var k = vx.Length * Vector<double>.Count; k < x.Length; k++)
        {
            y[k] += (p * x[k]) + (q * z[k]);
        }
    }

    /// <summary>The plane rotation (low, high) ← (c·low − s·high, s·low + c·high).</summary>
    public static void Rotate(Span<double> low, Span<double> high, double c, double s)
    {
        var vl = MemoryMarshal.Cast<double, Vector<double>>(low);
        var vh = MemoryMarshal.Cast<double, Vector<double>>(high[..low.Length]);
        var broadcastC = new Vector<double>(c);
        var broadcastS = new Vector<double>(s);
        for (var i = 0; i < vl.Length; i++)
        {
            var l = vl[i];
            var h = vh[i];
            vl[i] = (broadcastC * l) - (broadcastS * h);
            vh[i] = (broadcastS * l) + (broadcastC * h);
        }

        for (var k = vl.Length * Vector<double>.Count; k < low.Length; k++)
        {
            var l = low[k];
            var h = high[k];
            low[k] = (c * l) - (s * h);
            high[k] = (s * l) + (c * h);
        }
    }
}
