namespace RecSys.Algorithms.Tests;

public sealed class SplitMixTests
{
    private const int Streams = 20_000;

    [Fact]
    public void Sequence_is_the_published_one()
    {
        var random = new SplitMix(0);

        // The first three numbers of the reference implementation (Vigna, splitmix64.c) from state 0.
        random.Next().ShouldBe(0xE220A8397B1DCDAF);
        random.Next().ShouldBe(0x6E789E6AA1B965F4UL);
        random.Next().ShouldBe(0x06C45D188009454FUL);
    }

    // The framework's Random, seeded with neighbouring numbers, fails this: every draw differs from its neighbour's by a constant.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(-7)]
    public void Streams_of_neighbouring_numbers_are_independent(int seed)
    {
        var first = Draws(stream => new SplitMix(seed, stream));

        Correlation(first, Draws(stream => new SplitMix(seed, stream + 1))).ShouldBe(0, 0.03);
        Correlation(first, Draws(stream => new SplitMix(seed + 1, stream))).ShouldBe(0, 0.03);
        Correlation(first, Draws(stream => Second(new SplitMix(seed, stream)))).ShouldBe(0, 0.03);
        Correlation(first, Draws(stream => new SplitMix(seed, "users", stream))).ShouldBe(0, 0.03);
        Correlation(
            Draws(stream => new SplitMix(seed, "users", stream)), Draws(stream => new SplitMix(seed, "items", stream))).ShouldBe(0, 0.03);
    }

    [Fact]
    public void Differences_of_neighbouring_streams_are_not_a_constant()
    {
        var draws = Draws(stream => new SplitMix(5, stream));
        var differences = draws.Zip(draws.Skip(1), (a, b) => (b - a + 1) % 1).ToArray();

        // Differences modulo 1 of independent draws are uniform: as many in each tenth.
        var tenths = differences.GroupBy(difference => (int)(difference * 10)).ToDictionary(group => group.Key, group => group.Count());
        tenths.Count.ShouldBe(10);
        tenths.Values.ShouldAllBe(count => Math.Abs(count - (Streams / 10)) < 200);
    }

    [Fact]
    public void Numbers_are_uniform_within_their_limits()
    {
        var random = new SplitMix(3, 0);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[random.NextInt(7)]++;
            random.NextInt(-3, 2).ShouldBeInRange(-3, 1);
            random.NextDouble().ShouldBeInRange(0, 1 - double.Epsilon);
            random.NextPositive().ShouldBeInRange(double.Epsilon, 1);
        }

        counts.ShouldAllBe(count => Math.Abs(count - 10_000) < 500);
        Should.Throw<ArgumentOutOfRangeException>(() => random.NextInt(0));
    }

    [Fact]
    public void Every_order_is_equally_likely()
    {
        var counts = new Dictionary<string, int>();
        for (var stream = 0; stream < 24_000; stream++)
        {
            var letters = "abcd".ToCharArray();
            new SplitMix(1, stream).Shuffle<char>(letters);
            var order = new string(letters);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        counts.Count.ShouldBe(24);
        counts.Values.ShouldAllBe(count => Math.Abs(count - 1_000) < 150);
    }

    private static double[] Draws(Func<int, SplitMix> generator) =>
        [.. Enumerable.Range(0, Streams).Select(stream => generator(stream).NextDouble())];

    private static SplitMix Second(SplitMix random)
    {
        random.Next();
        return random;
    }

    private static double Correlation(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var covariance = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        return covariance / Math.Sqrt(x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
    }
}
