using RecSys.Algorithms.Experiments;

namespace RecSys.Algorithms.Tests.Experiments;

public sealed class ExperimentStatisticsTests
{
    [Theory]
    [InlineData("", 0u, 0u)]
    [InlineData("", 1u, 1364076727u)]
    [InlineData("test", 0u, 3127628307u)]
    [InlineData("Hello, world!", 1234u, 4210478515u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0u, 776992547u)]
    public void Hashes_equal_the_published_vectors(string text, uint seed, uint expected) =>
        MurmurHash3.Hash32(text, seed).ShouldBe(expected);

    [Fact]
    public void Arms_are_drawn_in_equal_shares_and_anew_for_each_experiment()
    {
        var users = Enumerable.Range(0, 30_000).Select(u => $"{u}").ToArray();
        var first = users.Select(u => ArmAssignment.ArmOf("FIRST", u, 3)).ToArray();
        var second = users.Select(u => ArmAssignment.ArmOf("SECOND", u, 3)).ToArray();

        var counts = Enumerable.Range(0, 3).Select(arm => first.LongCount(a => a == arm)).ToArray();
        SampleRatioTest.PValue(counts).ShouldBeGreaterThan(0.001);
        var same = first.Zip(second).Count(arms => arms.First == arms.Second);
        same.ShouldBeInRange(9_700, 10_300);
        ArmAssignment.NameOf(0).ShouldBe("C");
        ArmAssignment.NameOf(2).ShouldBe("T2");
    }

    [Fact]
    public void A_summary_has_mean_and_unbiased_variance()
    {
        var summary = SampleSummary.Of([2, 4, 4, 4, 5, 5, 7, 9]);

        summary.Count.ShouldBe(8);
        summary.Mean.ShouldBe(5, 1e-12);
        summary.Variance.ShouldBe(32.0 / 7, 1e-12);
        SampleSummary.Of([]).ShouldBe(new SampleSummary(0, 0, 0));
        SampleSummary.Of([3]).HalfWidth().ShouldBe(double.PositiveInfinity);
        Should.Throw<AlgorithmException>(() => SampleSummary.Of([1, double.NaN])).Error.ShouldBe(AlgorithmError.NotANumber);
    }

    [Theory]
    [InlineData(1, 12.7062)]
    [InlineData(10, 2.22814)]
    [InlineData(30, 2.04227)]
    [InlineData(1e6, 1.95997)]
    public void Quantiles_of_t_are_those_of_the_tables(double degrees, double expected)
    {
        StudentT.TwoSidedQuantile(0.95, degrees).ShouldBe(expected, 1e-4);
        StudentT.TwoSidedTail(expected, degrees).ShouldBe(0.05, 1e-5);
    }

    [Fact]
    public void Welchs_test_equals_a_worked_example()
    {
        // Means 20.82 and 22.99, variances 7.93 and 3.78 of 15 and 15 values: t = 2.46, 24.99 degrees of freedom.
        double[] control = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4];
        double[] treatment = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4];

        var comparison = WelchComparison.Compare(SampleSummary.Of(control), SampleSummary.Of(treatment))!;

        comparison.Difference.ShouldBe(2.1666667, 1e-6);
        comparison.PValue.ShouldBe(0.021378, 1e-6);
        comparison.IsSignificant.ShouldBeTrue();
        comparison.Low.ShouldBeGreaterThan(0);
        (comparison.High + comparison.Low).ShouldBe(2 * comparison.Difference, 1e-9);
    }

    [Fact]
    public void Nothing_is_said_about_samples_that_are_too_small_or_do_not_vary()
    {
        var one = SampleSummary.Of([1]);
        var two = SampleSummary.Of([1, 2]);
        var constant = SampleSummary.Of([1, 1, 1]);

        WelchComparison.Compare(one, two).ShouldBeNull();
        WelchComparison.Compare(two, one).ShouldBeNull();
        WelchComparison.Compare(constant, constant).ShouldBeNull();
        WelchComparison.Compare(constant, two).ShouldNotBeNull();
    }

    [Fact]
    public void The_sample_ratio_test_is_chi_square()
    {
        // (60 − 50)² / 50 · 2 = 4, one degree of freedom.
        SampleRatioTest.PValue([60, 40]).ShouldBe(0.0455003, 1e-6);
        SampleRatioTest.PValue([500, 500, 1000], [0.25, 0.25, 0.5]).ShouldBe(1, 1e-12);
        SampleRatioTest.PValue([10, 20, 30]).ShouldBe(0.0067379, 1e-6);
        SampleRatioTest.PValue([0, 0]).ShouldBe(1);
        SampleRatioTest.PValue([7]).ShouldBe(1);
        Should.Throw<AlgorithmException>(() => SampleRatioTest.PValue([1, 2], [1])).Error.ShouldBe(AlgorithmError.MismatchedSizes);
        Should.Throw<AlgorithmException>(() => SampleRatioTest.PValue([1, -2])).Error.ShouldBe(AlgorithmError.InvalidSetting);
        Should.Throw<AlgorithmException>(() => SampleRatioTest.PValue([1, 2], [1, 0])).Error.ShouldBe(AlgorithmError.InvalidSetting);
    }

    [Fact]
    public void An_experiment_needs_an_arm() =>
        Should.Throw<AlgorithmException>(() => ArmAssignment.ArmOf("X", "1", 0)).Error.ShouldBe(AlgorithmError.InvalidSetting);

    // Brown, Cai and DasGupta (2001), equation 4, by hand.
    [Theory]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(5, 10, 0.2366, 0.7634)]
    [InlineData(10, 10, 0.7225, 1)]
    [InlineData(1, 100, 0.0018, 0.0545)]
    [InlineData(0, 0, 0, 1)]
    public void Wilsons_interval_equals_worked_examples(long successes, long trials, double low, double high)
    {
        var interval = WilsonInterval.Of(successes, trials);

        interval.Rate.ShouldBe(trials == 0 ? 0 : (double)successes / trials);
        interval.Low.ShouldBe(low, 5e-5);
        interval.High.ShouldBe(high, 5e-5);
    }

    [Fact]
    public void There_are_no_more_successes_than_trials() =>
        Should.Throw<AlgorithmException>(() => WilsonInterval.Of(2, 1)).Error.ShouldBe(AlgorithmError.InvalidSetting);
}
