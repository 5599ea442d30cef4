namespace RecSys.Algorithms.Hybrid.Tuning;

/// <summary>One setting that a search may move along a row of values.</summary>
/// <param name="Count">Number of values, in an order in which neighbours are alike.</param>
/// <param name="Start">Where the search begins.</param>
/// <param name="Apply">The settings with the value at an index.</param>
internal sealed record SettingsAxis<TSettings>(int Count, int Start, Func<TSettings, int, TSettings> Apply)
{
    /// <summary>An axis over given values.</summary>
    public static SettingsAxis<TSettings> Of<TValue>(IReadOnlyList<TValue> values, int start, Func<TSettings, TValue, TSettings> apply) =>
        new(values.Count, start, (settings, index) => apply(settings, values[index]));
}
