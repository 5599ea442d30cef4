using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed unsafe class DiagonalKernelTests
{
    public static TheoryData<int> Lengths => KernelCases.Lengths;

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_prepares_what_the_scalar_twin_does(int length)
    {
        var spectrum = KernelCases.Padded(length, 1);
        var padded = Padding.RoundUp(length);
        var expected = new AlignedBuffer(Math.Max(16, 3 * padded));
        Run(DiagonalKernel.PrepareScalar, spectrum, expected, padded);
        foreach (var body in new Kernel[]
        {
            DiagonalKernel.Prepare,
            DiagonalKernel.Prepare<Lanes128, Vector128<float>>,
            DiagonalKernel.Prepare<Lanes256, Vector256<float>>,
            DiagonalKernel.Prepare<Lanes512, Vector512<float>>,
        })
        {
            var actual = new AlignedBuffer(Math.Max(16, 3 * padded));
            Run(body, spectrum, actual, padded);
            KernelCases.ShouldEqual(actual, expected);
        }
    }

    private static void Run(Kernel kernel, AlignedBuffer spectrum, AlignedBuffer target, int length) =>
        kernel(spectrum.Pointer, 1.5f, target.Pointer, target.Pointer + length, target.Pointer + (2 * length), length);

    private delegate void Kernel(float* spectrum, float shift, float* diagonal, float* inverse, float* inverseRoot, int length);
}
