namespace RecSys.Trainer.Checkpoints;

/// <summary>A list of items of a user or an item, best first.</summary>
/// <param name="Index">The user or item whose list it is.</param>
/// <param name="Items">Item indices.</param>
/// <param name="Scores">Of each.</param>
/// <param name="Sources">Of each, a position in the names that go with the file; empty where there is one source.</param>
internal sealed record ScoredRow(int Index, int[] Items, float[] Scores, byte[] Sources);
