using RecSys.Contracts.Common.V1;

namespace RecSys.Ranker.Tests.Blending;

public sealed class BlendWeightsTests
{
    private static readonly BlendWeights Defaults = new(Als: 1, Similar: 0.5, Popular: 0.1, RankConstant: 20);

    [Fact]
    public void Settings_of_the_version_come_before_the_defaults() =>
        BlendWeights.FromSettings(new Dictionary<string, string> { ["blend.als"] = "2", ["blend.rank_constant"] = "7.5", ["als.factors"] = "64" }, Defaults)
            .ShouldBe(new BlendWeights(Als: 2, Similar: 0.5, Popular: 0.1, RankConstant: 7.5));

    [Fact]
    public void Without_settings_the_defaults_hold() =>
        BlendWeights.FromSettings(new Dictionary<string, string>(), Defaults).ShouldBe(Defaults);

    [Theory]
    [InlineData("blend.als", "much")]
    [InlineData("blend.similar", "-1")]
    [InlineData("blend.popular", "NaN")]
    [InlineData("blend.als", "Infinity")]
    [InlineData("blend.rank_constant", "0")]
    public void Settings_that_make_no_blend_are_none(string key, string value) =>
        BlendWeights.FromSettings(new Dictionary<string, string> { [key] = value }, Defaults).ShouldBeNull();

    [Fact]
    public void Weights_that_are_all_zero_make_no_blend() =>
        BlendWeights.FromSettings(
            new Dictionary<string, string> { ["blend.als"] = "0", ["blend.similar"] = "0", ["blend.popular"] = "0" }, Defaults).ShouldBeNull();

    [Fact]
    public void Each_source_has_its_weight()
    {
        Defaults.Of(CandidateSource.Als).ShouldBe(1);
        Defaults.Of(CandidateSource.Similar).ShouldBe(0.5);
        Defaults.Of(CandidateSource.Popular).ShouldBe(0.1);
        Defaults.Of((CandidateSource)99).ShouldBe(0);
    }
}
