using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed unsafe class ScreenKernelTests
{
    [Theory]
    [InlineData(1, -2f)]
    [InlineData(2, 0f)]
    [InlineData(3, 0.99f)]
    [InlineData(4, 2f)]
    public void Every_width_finds_what_the_scalar_twin_finds(int seed, float threshold)
    {
        var tile = KernelCases.Padded(256, seed);
        tile.Span[17] = float.NaN;
        tile.Span[18] = float.PositiveInfinity;
        tile.Span[19] = float.NegativeInfinity;
        var thresholds = KernelCases.Padded(16, seed + 10);
        for (var r = 0; r < 16; r++)
        {
            thresholds.Span[r] = r % 3 == 0 ? tile.Span[r * 16] : threshold;
        }

        var expected = stackalloc ushort[16];
        var hits = stackalloc ushort[16];
        var any = ScreenKernel.FindScalar(tile.Pointer, thresholds.Pointer, expected);
        foreach (var body in new Kernel[]
        {
            ScreenKernel.Find,
            ScreenKernel.Find<Lanes128, Vector128<float>>,
            ScreenKernel.Find<Lanes256, Vector256<float>>,
            ScreenKernel.Find<Lanes512, Vector512<float>>,
        })
        {
            body(tile.Pointer, thresholds.Pointer, hits).ShouldBe(any);
            new ReadOnlySpan<ushort>(hits, 16).ToArray().ShouldBe(new ReadOnlySpan<ushort>(expected, 16).ToArray());
        }
    }

    private delegate bool Kernel(float* tile, float* thresholds, ushort* hits);
}
