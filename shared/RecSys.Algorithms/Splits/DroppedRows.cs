namespace RecSys.Algorithms.Splits;

/// <summary>How many rows a rule dropped.</summary>
/// <param name="Rule">The rule in words, such as <c>item not in train</c>.</param>
/// <param name="Rows">Number of rows of the log.</param>
/// <param name="Pairs">Number of distinct (user, item) pairs.</param>
public sealed record DroppedRows(string Rule, long Rows, long Pairs);
