using RecSys.Trainer.Ranker;

namespace RecSys.Trainer.Ranking;

/// <summary>Rows of one cut, of users whose part in training is the same at every cut.</summary>
/// <param name="IsValidation">Whether they are not learnt from but say when to stop.</param>
/// <param name="Fold">The member of a committee, from 0, that does not learn from them.</param>
/// <param name="Rows">A group of rows for each user.</param>
internal sealed record ExamplePart(bool IsValidation, int Fold, LabelledRows Rows);
