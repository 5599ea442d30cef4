using RecSys.Algorithms.Als;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>What training a ranker needs.</summary>
/// <param name="Log">All listens.</param>
/// <param name="HasOrder">Whether the log's times tell what was heard before what; else labels are drawn.</param>
/// <param name="Holdout">What the ranker is measured on, and then learns from, too; null when nothing is withheld.</param>
/// <param name="MeasuredAls">Fitted to what is not withheld.</param>
/// <param name="UserIds">The user of each row of the holdout; empty without one.</param>
/// <param name="Settings">How.</param>
internal sealed record RankerInput(
    RankingLog Log, bool HasOrder, Holdout? Holdout, AlsModel? MeasuredAls, IReadOnlyList<string> UserIds, TrainingSettings Settings);
