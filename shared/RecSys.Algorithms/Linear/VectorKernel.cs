using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Linear;

/// <summary>Kernels over vectors whose length is a multiple of 16 (see <see cref="Padding"/>).</summary>
internal static unsafe class VectorKernel
{
    /// <summary>Σ_k a_k · b_k.</summary>
    public static float Dot(float* a, float* b, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var sum0 = Vector512<float>.Zero;
            var sum1 = Vector512<float>.Zero;
            var k = 0;
            for (; k + 32 <= length; k += 32)
            {
                sum0 = Vector512.MultiplyAddEstimate(Vector512.Load(a + k), Vector512.Load(b + k), sum0);
                sum1 = Vector512.MultiplyAddEstimate(Vector512.Load(a + k + 16), Vector512.Load(b + k + 16), sum1);
            }

            if (k < length)
            {
                sum0 = Vector512.MultiplyAddEstimate(Vector512.Load(a + k), Vector512.Load(b + k), sum0);
            }

            return Vector512.Sum(sum0 + sum1);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            var sum0 = Vector256<float>.Zero;
            var sum1 = Vector256<float>.Zero;
            for (var k = 0; k < length; k += 16)
            {
                sum0 = Vector256.MultiplyAddEstimate(Vector256.Load(a + k), Vector256.Load(b + k), sum0);
                sum1 = Vector256.MultiplyAddEstimate(Vector256.Load(a + k + 8), Vector256.Load(b + k + 8), sum1);
            }

            return Vector256.Sum(sum0 + sum1);
        }

        return DotScalar(a, b, length);
    }

    /// <summary>y += factor · x.</summary>
    public static void AddScaled(float factor, float* x, float* y, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var broadcast = Vector512.Create(factor);
            for (var k = 0; k < length; k += 16)
            {
                Vector512.MultiplyAddEstimate(broadcast, Vector512.Load(x + k), Vector512.Load(y + k)).Store(y + k);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            var broadcast = Vector256.Create(factor);
            for (var k = 0; k < length; k += 8)
            {
                Vector256.MultiplyAddEstimate(broadcast, Vector256.Load(x + k), Vector256.Load(y + k)).Store(y + k);
            }
        }
        else
        {
            AddScaledScalar(factor, x, y, length);
        }
    }

    /// <summary>y = factor · x.</summary>
    public static void Scale(float factor, float* x, float* y, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var broadcast = Vector512.Create(factor);
            for (var k = 0; k < length; k += 16)
            {
                (broadcast * Vector512.Load(x + k)).Store(y + k);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            var broadcast = Vector256.Create(factor);
            for (var k = 0; k < length; k += 8)
            {
                (broadcast * Vector256.Load(x + k)).Store(y + k);
            }
        }
        else
        {
            ScaleScalar(factor, x, y, length);
        }
    }

    internal static float DotScalar(float* a, float* b, int length)
    {
        var sum = 0f;
        for (var k = 0; k < length; k++)
        {
            sum += a[k] * b[k];
        }

        return sum;
    }

    internal static void AddScaledScalar(float factor, float* x, float* y, int length)
    {
        for (var k = 0; k < length; k++)
        {
            y[k] += factor * x[k];
        }
    }

    internal static void ScaleScalar(float factor, float* x, float* y, int length)
    {
        for (var k = 0; k < length; k++)
        {
            y[k] = factor * x[k];
        }
    }
}
