namespace RecSys.Cli.Evaluation.Sweeps;

/// <summary>A setting that takes several values.</summary>
/// <param name="Key">Full key, such as <c>als.alpha</c>.</param>
/// <param name="Values">Its values as they were given, without repeats.</param>
internal sealed record SweepAxis(string Key, IReadOnlyList<string> Values);
