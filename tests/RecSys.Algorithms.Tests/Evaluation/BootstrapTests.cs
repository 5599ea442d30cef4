using RecSys.Algorithms.Evaluation;

namespace RecSys.Algorithms.Tests.Evaluation;

public sealed class BootstrapTests
{
    [Fact]
    public void The_interval_of_a_mean_is_near_its_textbook_width()
    {
        // 400 users, half 0 and half 1: the standard error of the mean is 0.025.
        var values = Enumerable.Range(0, 400).Select(u => (float)(u % 2)).ToArray();
        var ones = Enumerable.Repeat(1f, 400).ToArray();

        var interval = Bootstrap.Intervals(values, ones, 1, samples: 4000, seed: 7)[0];

        interval.Low.ShouldBe(0.5 - (1.96 * 0.025), 0.004);
        interval.High.ShouldBe(0.5 + (1.96 * 0.025), 0.004);
    }

    [Fact]
    public void A_ratio_of_sums_is_resampled_as_such()
    {
        // One user with 3 hits of 4 and one with 0 of 1: samples are 0, 3/5 or 3/4.
        var interval = Bootstrap.Intervals(new float[] { 3, 0 }, new float[] { 4, 1 }, 1, samples: 2000)[0];

        interval.ShouldBe(new ConfidenceInterval(0, 0.75));
    }

    [Fact]
    public void The_same_seed_gives_the_same_intervals()
    {
        var values = Enumerable.Range(0, 300).Select(u => (float)(u % 7)).ToArray();
        var ones = Enumerable.Repeat(1f, 300).ToArray();

        var first = Bootstrap.Intervals(values, ones, 3, samples: 200, seed: 5);
        var second = Bootstrap.Intervals(values, ones, 3, samples: 200, seed: 5);
        var other = Bootstrap.Intervals(values, ones, 3, samples: 200, seed: 6);

        second.ShouldBe(first);
        other.ShouldNotBe(first);
    }

    [Theory]
    [InlineData(1, 0.95)]
    [InlineData(100, 0)]
    [InlineData(100, 1)]
    [InlineData(100, double.NaN)]
    public void Settings_out_of_range_are_named(int samples, double confidence) =>
        Should.Throw<AlgorithmException>(() => Bootstrap.Intervals(new float[2], new float[2], 1, samples, confidence))
            .Error.ShouldBe(AlgorithmError.InvalidSetting);

    [Fact]
    public void Sizes_must_agree() =>
        Should.Throw<AlgorithmException>(() => Bootstrap.Intervals(new float[4], new float[2], 2)).Error.ShouldBe(AlgorithmError.MismatchedSizes);
}
