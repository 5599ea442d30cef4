using RecSys.Contracts.Trainer.V1;

namespace RecSys.Cli.Output;

/// <summary>A source of candidates beside the ranker that orders them, both measured on withheld plays.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Ndcg">NDCG@10 of the source's own order.</param>
/// <param name="Lead">By how much the ranker's NDCG@10 is higher, as the mean over users.</param>
/// <param name="Low">Lower end of the lead's 95 % interval.</param>
/// <param name="High">Upper end of it.</param>
internal sealed record SourceMetric(string Source, double Ndcg, double Lead, double Low, double High)
{
    /// <summary>What names of sources begin with among a version's metrics.</summary>
    public const string Prefix = "source-";

    private const string OfLead = "/ranker-lead";

    /// <summary>The sources of a version that has a measured ranker, those that it leads most first.</summary>
    public static IReadOnlyList<SourceMetric> Of(Model version) =>
    [
        .. from metric in version.Metrics
           where metric.Key.StartsWith(Prefix, StringComparison.Ordinal) && metric.Key.EndsWith(OfLead, StringComparison.Ordinal)
           orderby metric.Value descending
           let name = metric.Key[..^OfLead.Length]
           select new SourceMetric(
               name[Prefix.Length..],
               version.Metrics.GetValueOrDefault($"{name}/ndcg@10"),
               metric.Value,
               version.Metrics.GetValueOrDefault(metric.Key + "/low"),
               version.Metrics.GetValueOrDefault(metric.Key + "/high")),
    ];
}
