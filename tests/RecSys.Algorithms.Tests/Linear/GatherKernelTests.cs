using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed unsafe class GatherKernelTests
{
    private const int RowCount = 40;

    public static TheoryData<int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int>();
            foreach (var count in KernelCases.AllLengths)
            {
                shapes.Add(count, 33);
            }

            foreach (var width in KernelCases.AllLengths)
            {
                shapes.Add(9, width);
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_width_gives_the_products_of_the_scalar_twin(int count, int width)
    {
        var rows = KernelCases.Rows(RowCount, width, 1);
        var x = KernelCases.Padded(width, 100);
        var stride = Padding.RoundUp(width);
        Compare(
            count,
            new AlignedBuffer(Math.Max(16, Padding.RoundUp(count))),
            (indices, target) => GatherKernel.DotsScalar(rows.Pointer, stride, stride, indices, count, x.Pointer, target),
            [
                (indices, target) => GatherKernel.Dots(rows.Pointer, stride, stride, indices, count, x.Pointer, target),
                (indices, target) => GatherKernel.Dots<Lanes128, Vector128<float>>(rows.Pointer, stride, stride, indices, count, x.Pointer, target),
                (indices, target) => GatherKernel.Dots<Lanes256, Vector256<float>>(rows.Pointer, stride, stride, indices, count, x.Pointer, target),
                (indices, target) => GatherKernel.Dots<Lanes512, Vector512<float>>(rows.Pointer, stride, stride, indices, count, x.Pointer, target),
            ]);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_width_adds_scaled_rows_as_the_scalar_twin_does(int count, int width)
    {
        var rows = KernelCases.Rows(RowCount, width, 1);
        var factors = KernelCases.Padded(count, 100);
        var f = factors.Pointer;
        var stride = Padding.RoundUp(width);
        Compare(
            count,
            KernelCases.Padded(width, 7),
            (indices, target) => GatherKernel.AddScaledScalar(rows.Pointer, stride, stride, indices, count, f, target),
            [
                (indices, target) => GatherKernel.AddScaled(rows.Pointer, stride, stride, indices, count, f, target),
                (indices, target) => GatherKernel.AddScaled<Lanes128, Vector128<float>>(rows.Pointer, stride, stride, indices, count, f, target),
                (indices, target) => GatherKernel.AddScaled<Lanes256, Vector256<float>>(rows.Pointer, stride, stride, indices, count, f, target),
                (indices, target) => GatherKernel.AddScaled<Lanes512, Vector512<float>>(rows.Pointer, stride, stride, indices, count, f, target),
            ]);
        GC.KeepAlive(factors);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_width_packs_scaled_rows_as_the_scalar_twin_does(int count, int width)
    {
        var rows = KernelCases.Rows(RowCount, width, 1);
        var factors = KernelCases.Padded(count, 100);
        var f = factors.Pointer;
        var stride = Padding.RoundUp(width);
        Compare(
            count,
            new AlignedBuffer(Math.Max(16, (long)count * stride)),
            (indices, target) => GatherKernel.PackScaledScalar(rows.Pointer, stride, indices, count, f, target),
            [
                (indices, target) => GatherKernel.PackScaled(rows.Pointer, stride, indices, count, f, target),
                (indices, target) => GatherKernel.PackScaled<Lanes128, Vector128<float>>(rows.Pointer, stride, indices, count, f, target),
                (indices, target) => GatherKernel.PackScaled<Lanes256, Vector256<float>>(rows.Pointer, stride, indices, count, f, target),
                (indices, target) => GatherKernel.PackScaled<Lanes512, Vector512<float>>(rows.Pointer, stride, indices, count, f, target),
            ]);
        GC.KeepAlive(factors);
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 33)]
    [InlineData(3, 512)]
    [InlineData(4, 17)]
    [InlineData(7, 64)]
    [InlineData(15, 33)]
    [InlineData(16, 513)]
    public void Transposing_equals_the_scalar_twin_and_leaves_zeros_for_missing_rows(int count, int width)
    {
        var rows = KernelCases.Rows(RowCount, width, 1);
        var rowScales = KernelCases.Padded(16, 50);
        var columnScales = KernelCases.Padded(width, 60);
        var stride = Padding.RoundUp(width);
        var indices = Indices(16);
        var expected = new AlignedBuffer(stride * 16);
        var actual = new AlignedBuffer(stride * 16);
        var vectors = new AlignedBuffer(stride * 16);
        actual.Span.Fill(count == 16 ? 0 : 5);
        fixed (int* i = indices)
        {
            TransposeKernel.Scalar(rows.Pointer, stride, stride, i, 0, count, rowScales.Pointer, columnScales.Pointer, expected.Pointer);
            TransposeKernel.Pack(rows.Pointer, stride, stride, i, count, rowScales.Pointer, columnScales.Pointer, actual.Pointer);
            TransposeKernel.Vectors(rows.Pointer, stride, stride, i, count, rowScales.Pointer, columnScales.Pointer, vectors.Pointer);
        }

        KernelCases.ShouldEqual(actual, expected);
        KernelCases.ShouldEqual(vectors, expected);
    }

    private static int[] Indices(int count)
    {
        var random = new Random(5);
        var indices = new int[Math.Max(1, count)];
        for (var i = 0; i < count; i++)
        {
            indices[i] = random.Next(RowCount);
        }

        return indices;
    }

    private static void Compare(int count, AlignedBuffer start, Kernel scalar, Kernel[] bodies)
    {
        fixed (int* indices = Indices(count))
        {
            var expected = KernelCases.Copy(start);
            scalar(indices, expected.Pointer);
            foreach (var body in bodies)
            {
                var actual = KernelCases.Copy(start);
                body(indices, actual.Pointer);
                KernelCases.ShouldEqual(actual, expected, 1e-3f);
            }
        }
    }

    private delegate void Kernel(int* indices, float* target);
}
