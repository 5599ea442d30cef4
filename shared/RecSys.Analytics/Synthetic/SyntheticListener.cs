namespace RecSys.Analytics.Synthetic;

/// <summary>A generated listener.</summary>
/// <param name="UserId">A name such as <c>mila.otter</c>, unique in the log.</param>
/// <param name="Genres">The genres that this listener likes, the favourite first.</param>
public sealed record SyntheticListener(string UserId, IReadOnlyList<string> Genres);
