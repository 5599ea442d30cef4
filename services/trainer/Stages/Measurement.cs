namespace RecSys.Trainer.Stages;

/// <summary>How good the models of a training are on what was withheld from them.</summary>
/// <param name="Metrics">
/// Values by <c>model/metric</c>, such as <c>als/recall@20</c>, and the ends of their 95 % intervals as <c>als/recall@20/low</c> and
/// <c>als/recall@20/high</c>; of cold users <c>cold/users</c>, <c>cold/share-without-hit@100</c>, <c>cold/mean-coverage@100</c> and
/// <c>cold/recall@100</c> of the most popular tracks; seconds as <c>als/fit-seconds</c> and <c>als/evaluate-seconds</c>;
/// sizes as <c>data/train</c> and <c>data/test</c> (pairs), <c>data/test-users</c> and <c>data/measured-users</c>.
/// </param>
/// <param name="Users">What each user got, by which versions are compared.</param>
internal sealed record Measurement(IReadOnlyDictionary<string, double> Metrics, UserQuality Users)
{
    /// <summary>Nothing was withheld.</summary>
    public static readonly Measurement None = new(new Dictionary<string, double>(), new UserQuality([], [], []));
}
