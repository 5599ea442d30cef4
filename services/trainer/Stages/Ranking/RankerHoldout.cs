using RecSys.Algorithms.Als;
using RecSys.Trainer.Ranking;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>What a ranker is measured on.</summary>
/// <param name="Holdout">What was withheld; something was.</param>
/// <param name="Split">The same, with the listens of what was not.</param>
/// <param name="Als">Fitted to what is not withheld.</param>
/// <param name="UserIds">The user of each row.</param>
internal sealed record RankerHoldout(Holdout Holdout, LabelSplit Split, AlsModel Als, IReadOnlyList<string> UserIds);
