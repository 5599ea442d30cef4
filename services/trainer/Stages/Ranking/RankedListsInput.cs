using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Ranking.Trees;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>What the final lists need.</summary>
/// <param name="Path">The file that they are written to.</param>
/// <param name="Plays">Users × tracks.</param>
/// <param name="Models">Fitted to all plays.</param>
/// <param name="Log">All listens.</param>
/// <param name="Parts">Sources and statistics of all listens.</param>
/// <param name="Trees">The ranker.</param>
/// <param name="Settings">How.</param>
internal sealed record RankedListsInput(
    string Path, SparseMatrix Plays, FittedModels Models, RankingLog Log, RankingParts Parts, TreeEnsemble Trees, TrainingSettings Settings);
