using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed unsafe class Int8KernelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(512)]
    [InlineData(1024)]
    public void Products_equal_the_scalar_twin_exactly(int length)
    {
        var random = new Random(length);
        var query = new short[length + 1];
        var codes = new sbyte[(length + 1) * 16];
        for (var k = 0; k < length; k++)
        {
            // The extremes, whose products come closest to what 16 bits hold, and all between.
            query[k] = (short)(k < 32 ? 127 : random.Next(-127, 128));
            for (var i = 0; i < 16; i++)
            {
                codes[(k * 16) + i] = (sbyte)(k < 32 ? i % 2 == 0 ? 127 : -127 : random.Next(-127, 128));
            }
        }

        var expected = stackalloc int[16];
        var actual = stackalloc int[16];
        var vectors = stackalloc int[16];
        fixed (short* q = query)
        {
            fixed (sbyte* c = codes)
            {
                Int8Kernel.Scalar(q, c, length, expected);
                Int8Kernel.Dots(q, c, length, actual);
                Int8Kernel.Vectors(q, c, length, vectors);
            }
        }

        new ReadOnlySpan<int>(actual, 16).ToArray().ShouldBe(new ReadOnlySpan<int>(expected, 16).ToArray());
        new ReadOnlySpan<int>(vectors, 16).ToArray().ShouldBe(new ReadOnlySpan<int>(expected, 16).ToArray());
    }
}
