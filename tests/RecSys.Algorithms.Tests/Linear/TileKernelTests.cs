using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed unsafe class TileKernelTests
{
    private const int AStep = 48;
    private const int BStep = 32;
    private const int CStride = 80;

    public static TheoryData<int> Lengths => KernelCases.Lengths;

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_sets_the_tile_of_the_scalar_twin(int depth) => Compare(
        depth,
        TileKernel.Scalar<TileKernel.Assign>,
        TileKernel.Set,
        TileKernel.Narrow<TileKernel.Assign, Lanes128, Vector128<float>>,
        TileKernel.Narrow<TileKernel.Assign, Lanes256, Vector256<float>>,
        TileKernel.Wide<TileKernel.Assign>);

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_adds_the_tile_of_the_scalar_twin(int depth) => Compare(
        depth,
        TileKernel.Scalar<TileKernel.Plus>,
        TileKernel.Add,
        TileKernel.Narrow<TileKernel.Plus, Lanes128, Vector128<float>>,
        TileKernel.Narrow<TileKernel.Plus, Lanes256, Vector256<float>>,
        TileKernel.Wide<TileKernel.Plus>);

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_subtracts_the_tile_of_the_scalar_twin(int depth) => Compare(
        depth,
        TileKernel.Scalar<TileKernel.Minus>,
        TileKernel.Subtract,
        TileKernel.Narrow<TileKernel.Minus, Lanes128, Vector128<float>>,
        TileKernel.Narrow<TileKernel.Minus, Lanes256, Vector256<float>>,
        TileKernel.Wide<TileKernel.Minus>);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 17)]
    [InlineData(64, 33)]
    [InlineData(513, 64)]
    public void The_gram_matrix_of_a_panel_has_the_products_of_its_columns(int rowCount, int width)
    {
        var stride = Padding.RoundUp(width);
        var rows = KernelCases.Rows(rowCount, width, 1);
        var strips = new AlignedBuffer((long)rowCount * stride);
        Strips.Pack(rows.Pointer, stride, rowCount, stride, strips.Pointer);
        var matrixStride = stride + 16;
        var gram = new AlignedBuffer((long)stride * matrixStride);

        PanelKernel.SetGram(strips.Pointer, rowCount, stride, gram.Pointer, matrixStride);
        PanelKernel.AddGram(strips.Pointer, rowCount, stride, gram.Pointer, matrixStride);

        for (var r = 0; r < stride; r++)
        {
            for (var c = r; c < stride; c++)
            {
                var sum = 0d;
                for (var i = 0; i < rowCount; i++)
                {
                    sum += 2d * rows.Span[(i * stride) + r] * rows.Span[(i * stride) + c];
                }

                gram.Span[(r * matrixStride) + c].ShouldBe((float)sum, 1e-3f);
            }
        }
    }

    private static void Compare(int depth, Kernel scalar, params Kernel[] bodies)
    {
        var a = KernelCases.Padded(((depth + 1) * AStep) + 16, 1);
        var b = KernelCases.Padded(((depth + 1) * BStep) + 16, 2);
        var start = KernelCases.Padded(16 * CStride, 3);
        var expected = KernelCases.Copy(start);
        scalar(a.Pointer, AStep, b.Pointer, BStep, depth, expected.Pointer, CStride);
        foreach (var body in bodies)
        {
            var actual = KernelCases.Copy(start);
            body(a.Pointer, AStep, b.Pointer, BStep, depth, actual.Pointer, CStride);
            KernelCases.ShouldEqual(actual, expected);
        }
    }

    private delegate void Kernel(float* a, nint aStep, float* b, nint bStep, int depth, float* c, nint cStride);
}
