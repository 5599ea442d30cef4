using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;

namespace RecSys.Trainer.Ranking;

/// <summary>What training a ranker came to.</summary>
/// <param name="Trees">The ranker as it is stored (<see cref="RecSys.Algorithms.Trees.TreeEnsemble.ToBytes"/>); empty when none was trained.</param>
/// <param name="Message">What happened, for a person.</param>
/// <param name="Metrics">How good it is, and every source alone, by <c>model/metric</c>; empty when nothing was withheld.</param>
/// <param name="Features">Features that trees split on, the most useful first.</param>
/// <param name="Gains">Mean gain of a split on each.</param>
/// <param name="UserNdcg">NDCG@20 of the measured users' final lists, in the order of <see cref="UserQuality"/>; empty when nothing was withheld.</param>
internal sealed record RankerOutcome(
    byte[] Trees, string Message, IReadOnlyDictionary<string, double> Metrics, string[] Features, double[] Gains, float[] UserNdcg)
    : IOutcome<RankerOutcome>
{
    public bool IsTrained => Trees.Length > 0;

    /// <summary>Nothing was trained.</summary>
    public static RankerOutcome None(string why) => new([], why, new Dictionary<string, double>(), [], [], []);

    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        writer.WriteArray(Trees);
        writer.WriteText(Message);
        writer.WriteMetrics(Metrics);
        writer.WriteTexts(Features);
        writer.WriteArray(Gains);
        writer.WriteArray(UserNdcg);
    }

    /// <inheritdoc/>
    public static RankerOutcome Read(CheckpointReader reader) => new(
        reader.ReadArray<byte>(),
        reader.ReadText(),
        reader.ReadMetrics(),
        reader.ReadTexts(),
        reader.ReadArray<double>(),
        reader.ReadArray<float>());
}
