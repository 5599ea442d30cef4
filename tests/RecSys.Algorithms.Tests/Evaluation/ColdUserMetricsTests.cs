using RecSys.Algorithms.Evaluation;

namespace RecSys.Algorithms.Tests.Evaluation;

public sealed class ColdUserMetricsTests
{
    [Fact]
    public void Users_without_a_popular_item_are_told_from_the_others()
    {
        int[][] users = [[1, 2], [3, 9], [8], []];

        var metrics = ColdUserMetrics.Measure(users, [1, 2, 3]);

        metrics.Users.ShouldBe(3);
        metrics.ShareWithoutHit.ShouldBe(1.0 / 3);
        metrics.MeanCoverage.ShouldBe((1 + 0.5) / 2);
        metrics.MeanRecall.ShouldBe((1 + 0.5 + 0) / 3);
    }

    [Fact]
    public void Without_users_everything_is_0() =>
        ColdUserMetrics.Measure([], [1]).ShouldBe(new ColdUserMetrics(0, 0, 0, 0));
}
