namespace RecSys.Algorithms;

/// <summary>An item of the catalogue with the score that a model gave it; what a score means is the model's to document.</summary>
public readonly record struct ScoredItem(int ItemIndex, float Score);
