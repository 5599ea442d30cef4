using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Trainer.Pipeline;

namespace RecSys.Trainer.Ranking;

/// <summary>What a version with a trained ranker has beside its models, from all listens.</summary>
/// <param name="ItemNeighbors">For each track its nearest; null when it is no source.</param>
/// <param name="UserNeighbors">For each user the most similar; null when it is no source.</param>
/// <param name="Next">For each track its followers; null when it is no source.</param>
/// <param name="Statistics">Of the tracks.</param>
internal sealed record RankingParts(LinkTable? ItemNeighbors, LinkTable? UserNeighbors, LinkTable? Next, ItemStatistics Statistics)
    : IOutcome<RankingParts>
{
    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        foreach (var links in new[] { ItemNeighbors, UserNeighbors, Next })
        {
            writer.WriteSwitch(links is not null);
            if (links is not null)
            {
                writer.WriteArray(links.Offsets.Span);
                writer.WriteArray(links.AllTargets.Span);
                writer.WriteArray(links.AllWeights.Span);
            }
        }

        writer.WriteArray(Statistics.Values.Span);
        writer.WriteInt64(Statistics.UserCount);
    }

    /// <inheritdoc/>
    public static RankingParts Read(CheckpointReader reader)
    {
        return new RankingParts(ReadLinks(), ReadLinks(), ReadLinks(), new ItemStatistics(reader.ReadArray<float>(), reader.ReadInt32()));

        // What was written is whole; the checkpoint looks after that.
        LinkTable? ReadLinks() => reader.ReadSwitch()
            ? new LinkTable(reader.ReadArray<long>(), reader.ReadArray<int>(), reader.ReadArray<float>(), int.MaxValue)
            : null;
    }
}
