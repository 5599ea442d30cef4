namespace RecSys.Lake.Exports;

/// <summary>What the columns of a table of lists are called.</summary>
/// <param name="Owner">Whose list it is, such as <c>user_id</c>.</param>
/// <param name="Track">What is in the list, such as <c>track_id</c>.</param>
/// <param name="HasSources">Whether there is a column <c>sources</c>.</param>
public sealed record ListColumns(string Owner, string Track, bool HasSources = false);
