using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed unsafe class ConjugateGradientKernelTests
{
    public static TheoryData<int> Lengths => KernelCases.Lengths;

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_advances_as_the_scalar_twin_does(int length)
    {
        var start = Vectors(length);
        var stride = start.Length / 6;
        var expected = KernelCases.Copy(start);
        var expectedRho = Advance(ConjugateGradientKernel.AdvanceScalar, expected, stride);
        foreach (var body in new AdvanceKernel[]
        {
            ConjugateGradientKernel.Advance,
            ConjugateGradientKernel.Advance<Lanes128, Vector128<float>>,
            ConjugateGradientKernel.Advance<Lanes256, Vector256<float>>,
            ConjugateGradientKernel.Advance<Lanes512, Vector512<float>>,
        })
        {
            var actual = KernelCases.Copy(start);
            Advance(body, actual, stride).ShouldBe(expectedRho, 1e-3f);
            KernelCases.ShouldEqual(actual, expected);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_directs_as_the_scalar_twin_does(int length)
    {
        var start = Vectors(length);
        var stride = start.Length / 6;
        var expected = KernelCases.Copy(start);
        Direct(ConjugateGradientKernel.DirectScalar, expected, stride);
        foreach (var body in new DirectKernel[]
        {
            ConjugateGradientKernel.Direct,
            ConjugateGradientKernel.Direct<Lanes128, Vector128<float>>,
            ConjugateGradientKernel.Direct<Lanes256, Vector256<float>>,
            ConjugateGradientKernel.Direct<Lanes512, Vector512<float>>,
        })
        {
            var actual = KernelCases.Copy(start);
            Direct(body, actual, stride);
            KernelCases.ShouldEqual(actual, expected);
        }
    }

    private static AlignedBuffer Vectors(int length) => KernelCases.Rows(6, Math.Max(1, length), 1);

    private static float Advance(AdvanceKernel kernel, AlignedBuffer v, int stride)
    {
        var p = v.Pointer;
        return kernel(0.3f, p, p + stride, p + (2 * stride), p + (3 * stride), p + (4 * stride), p + (5 * stride), stride);
    }

    private static void Direct(DirectKernel kernel, AlignedBuffer v, int stride)
    {
        var p = v.Pointer;
        kernel(0.3f, p, p + stride, p + (2 * stride), p + (3 * stride), stride);
    }

    private delegate float AdvanceKernel(float alpha, float* p, float* q, float* inverse, float* x, float* r, float* z, int length);

    private delegate void DirectKernel(float beta, float* z, float* diagonal, float* p, float* q, int length);
}
