using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed class DoubleKernelTests
{
    public static TheoryData<int> Lengths => KernelCases.Lengths;

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_operation_equals_the_plain_loop(int length)
    {
        var x = Random(length, 1);
        var z = Random(length, 2);
        var floats = Array.ConvertAll(Random(length, 3), value => (float)value);

        DoubleKernel.Dot(x, z).ShouldBe(x.Zip(z, (a, b) => a * b).Sum(), 1e-10);
        Update(length, y => DoubleKernel.AddScaled(0.3, x, y), (y, k) => y + (0.3 * x[k]));
        Update(length, y => DoubleKernel.AddScaled(0.3, x, -0.2, z, y), (y, k) => y + (0.3 * x[k]) - (0.2 * z[k]));
        Update(length, y => DoubleKernel.Add(floats, y), (y, k) => y + floats[k]);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_rotation_mixes_both_rows(int length)
    {
        var low = Random(length, 1);
        var high = Random(length, 2);
        var expectedLow = low.Zip(high, (l, h) => (0.6 * l) - (0.8 * h)).ToArray();
        var expectedHigh = low.Zip(high, (l, h) => (0.8 * l) + (0.6 * h)).ToArray();

        DoubleKernel.Rotate(low, high, 0.6, 0.8);

        low.ShouldBe(expectedLow, 1e-12);
        high.ShouldBe(expectedHigh, 1e-12);
    }

    private static void Update(int length, Action<double[]> kernel, Func<double, int, double> element)
    {
        var y = Random(length, 9);
        var expected = y.Select(element).ToArray();
        kernel(y);
        y.ShouldBe(expected, 1e-12);
    }

    private static double[] Random(int length, int seed)
    {
        var random = new Random(seed);
        var values = new double[length];
        for (var i = 0; i < length; i++)
        {
            values[i] = random.NextDouble() - 0.5;
        }

        return values;
    }
}
