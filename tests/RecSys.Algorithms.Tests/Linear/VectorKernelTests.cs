using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed unsafe class VectorKernelTests
{
    public static TheoryData<int> Lengths => KernelCases.Lengths;

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_gives_the_dot_product_of_the_scalar_twin(int length)
    {
        var a = KernelCases.Padded(length, 1);
        var b = KernelCases.Padded(length, 2);
        var padded = Padding.RoundUp(length);
        var expected = VectorKernel.DotScalar(a.Pointer, b.Pointer, length);

        VectorKernel.Dot(a.Pointer, b.Pointer, padded).ShouldBe(expected, KernelCases.Tolerance);
        VectorKernel.Dot<Lanes128, Vector128<float>>(a.Pointer, b.Pointer, padded).ShouldBe(expected, KernelCases.Tolerance);
        VectorKernel.Dot<Lanes256, Vector256<float>>(a.Pointer, b.Pointer, padded).ShouldBe(expected, KernelCases.Tolerance);
        VectorKernel.Dot<Lanes512, Vector512<float>>(a.Pointer, b.Pointer, padded).ShouldBe(expected, KernelCases.Tolerance);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_adds_a_scaled_vector_as_the_scalar_twin_does(int length)
    {
        ShouldEqualTwin(
            length,
            (x, y, n) => VectorKernel.AddScaledScalar(0.7f, x, y, n),
            [
                (x, y, n) => VectorKernel.AddScaled(0.7f, x, y, n),
                (x, y, n) => VectorKernel.AddScaled<Lanes128, Vector128<float>>(0.7f, x, y, n),
                (x, y, n) => VectorKernel.AddScaled<Lanes256, Vector256<float>>(0.7f, x, y, n),
                (x, y, n) => VectorKernel.AddScaled<Lanes512, Vector512<float>>(0.7f, x, y, n),
            ]);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_scales_as_the_scalar_twin_does(int length)
    {
        ShouldEqualTwin(
            length,
            (x, y, n) => VectorKernel.ScaleScalar(-1.3f, x, y, n),
            [
                (x, y, n) => VectorKernel.Scale(-1.3f, x, y, n),
                (x, y, n) => VectorKernel.Scale<Lanes128, Vector128<float>>(-1.3f, x, y, n),
                (x, y, n) => VectorKernel.Scale<Lanes256, Vector256<float>>(-1.3f, x, y, n),
                (x, y, n) => VectorKernel.Scale<Lanes512, Vector512<float>>(-1.3f, x, y, n),
            ]);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_multiplies_element_by_element_as_the_scalar_twin_does(int length)
    {
        ShouldEqualTwin(
            length,
            (x, y, n) => VectorKernel.MultiplyScalar(x, y, y, n),
            [
                (x, y, n) => VectorKernel.Multiply(x, y, y, n),
                (x, y, n) => VectorKernel.Multiply<Lanes128, Vector128<float>>(x, y, y, n),
                (x, y, n) => VectorKernel.Multiply<Lanes256, Vector256<float>>(x, y, y, n),
                (x, y, n) => VectorKernel.Multiply<Lanes512, Vector512<float>>(x, y, y, n),
            ]);
    }

    private static void ShouldEqualTwin(int length, Update scalar, Update[] bodies)
    {
        var x = KernelCases.Padded(length, 3);
        var y = KernelCases.Padded(length, 4);
        var expected = KernelCases.Copy(y);
        scalar(x.Pointer, expected.Pointer, length);
        foreach (var body in bodies)
        {
            var actual = KernelCases.Copy(y);
            body(x.Pointer, actual.Pointer, Padding.RoundUp(length));
            KernelCases.ShouldEqual(actual, expected);
        }
    }

    private delegate void Update(float* x, float* y, int length);
}
