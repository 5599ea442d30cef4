using RecSys.Cli.Pictures;

namespace RecSys.Cli.Tests.Pictures;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.0123, "0.0123")]
    [InlineData(1.5, "1.5")]
    [InlineData(12.34, "12.3")]
    [InlineData(999, "999")]
    [InlineData(9_999, "9,999")]
    [InlineData(10_000, "10 k")]
    [InlineData(12_345, "12.3 k")]
    [InlineData(999_499, "999 k")]
    [InlineData(999_960, "1 M")]
    [InlineData(1_234_567, "1.23 M")]
    [InlineData(222_600_000, "223 M")]
    [InlineData(3.2e9, "3.2 G")]
    public void Numbers_are_short(double value, string text) => NumberText.Short(value).Replace('\u202f', ' ').ShouldBe(text);

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.00885, "0.885 %")]
    [InlineData(0.4512, "45.1 %")]
    [InlineData(1, "100 %")]
    public void Shares_are_percent(double share, string text) => NumberText.Percent(share).Replace('\u202f', ' ').ShouldBe(text);

    [Theory]
    [InlineData(0, "0 min")]
    [InlineData(0.5, "30 s")]
    [InlineData(30, "30 min")]
    [InlineData(120, "2 h")]
    [InlineData(10_080, "7 days")]
    public void Minutes_take_the_unit_that_suits_them(double minutes, string text) => NumberText.Minutes(minutes).Replace('\u202f', ' ').ShouldBe(text);

    [Theory]
    [InlineData(7, new[] { 0.0, 2, 4, 6, 8 })]
    [InlineData(1, new[] { 0.0, 0.25, 0.5, 0.75, 1 })]
    [InlineData(3, new[] { 0.0, 1, 2, 3 })]
    [InlineData(41_100, new[] { 0.0, 20_000, 40_000, 60_000 })]
    public void An_axis_ends_with_a_round_value_above_the_largest(double largest, double[] ticks) => AxisScale.Ticks(largest).ShouldBe(ticks);

    [Fact]
    public void Ticks_between_two_values_are_round_and_lie_between() => AxisScale.Between(2.87, 3.5).ShouldBe([3, 3.2, 3.4], 1e-9);
}
