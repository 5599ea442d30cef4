using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>What examples are made of.</summary>
/// <param name="Log">What may be learnt from: nothing of what is withheld.</param>
/// <param name="HasOrder">Whether the log's times tell what was heard before what; else labels are drawn.</param>
/// <param name="Settings">How.</param>
internal sealed record CandidatesInput(RankingLog Log, bool HasOrder, TrainingSettings Settings);
