using RecSys.Algorithms.Als;
using RecSys.Algorithms.Features;

namespace RecSys.Trainer.Ranking;

/// <summary>A cut with everything that is fitted to what was before it.</summary>
/// <param name="Split">What was before and after.</param>
/// <param name="Sources">Fitted to what was before.</param>
/// <param name="Candidates">Of its users.</param>
/// <param name="Features">From statistics of what was before.</param>
internal sealed record RankingStand(LabelSplit Split, SourceModels Sources, UserCandidates Candidates, FeatureBuilder Features)
{
    /// <summary>Fits the sources.</summary>
    public static RankingStand Create(LabelSplit split, AlsModel als, SourceSettings settings, CancellationToken cancellationToken)
    {
        var sources = SourceModels.Fit(split.Plays, split.Before.Listens, als, settings, cancellationToken);
        return new RankingStand(
            split,
            sources,
            new UserCandidates(sources.Finder, split.Plays, split.Before.Listens, settings.CandidateCount),
            new FeatureBuilder(ItemStatistics.From(split.Before.Listens), split.Before.Catalogue));
    }
}
