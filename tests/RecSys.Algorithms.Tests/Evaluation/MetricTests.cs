using RecSys.Algorithms.Evaluation;

namespace RecSys.Algorithms.Tests.Evaluation;

public sealed class MetricTests
{
    [Theory]
    [InlineData("recall@20", MetricKind.Recall, 20)]
    [InlineData("recall-micro@10", MetricKind.RecallMicro, 10)]
    [InlineData(" NDCG@5 ", MetricKind.Ndcg, 5)]
    [InlineData("hit_rate@1", MetricKind.HitRate, 1)]
    [InlineData("mrr", MetricKind.Mrr, 0)]
    [InlineData("mrr@10", MetricKind.Mrr, 10)]
    [InlineData("epr", MetricKind.Epr, 0)]
    [InlineData("coverage-per-user@5", MetricKind.CoveragePerUser, 5)]
    public void Names_are_read(string text, MetricKind kind, int cutOff) =>
        Metric.Parse(text).ShouldBe(new Metric(kind, cutOff));

    [Fact]
    public void Every_kind_has_a_name_that_is_read_back()
    {
        foreach (var kind in Enum.GetValues<MetricKind>())
        {
            var metric = new Metric(kind, kind is MetricKind.Epr or MetricKind.EprCatalogue or MetricKind.EprMidRank ? 0 : 7);
            Metric.Parse(metric.ToString()).ShouldBe(metric);
        }
    }

    [Theory]
    [InlineData("recal@20", "recall@k")]
    [InlineData("", "Known metrics")]
    [InlineData("recall", "recall@10")]
    [InlineData("recall@", "whole number")]
    [InlineData("recall@0", "from 1 to")]
    [InlineData("recall@-3", "from 1 to")]
    [InlineData("recall@ten", "whole number")]
    [InlineData("recall@99999999999", "from 1 to")]
    [InlineData("epr@10", "whole ranking")]
    public void A_name_that_can_not_be_read_says_what_can(string text, string hint)
    {
        var error = Should.Throw<AlgorithmException>(() => Metric.Parse(text));
        error.Error.ShouldBe(AlgorithmError.InvalidSetting);
        error.Message.ShouldContain(hint);
    }

    [Fact]
    public void A_list_is_read_in_order_without_repetition() =>
        Metric.ParseList("recall@20, ndcg@20,recall@20").Select(m => m.ToString()).ShouldBe(["recall@20", "ndcg@20"]);

    [Fact]
    public void An_empty_list_is_an_error() =>
        Should.Throw<AlgorithmException>(() => Metric.ParseList(" , ")).Message.ShouldContain("No metric is named");
}
