namespace RecSys.Analytics.Imports;

/// <summary>A rule of cleaning and what it did.</summary>
/// <param name="Rule">The rule's name; see <see cref="ImportRules"/> and <see cref="CatalogueRules"/>.</param>
/// <param name="Dropped">Rows that it removed. A row counts for the first rule that it breaks.</param>
/// <param name="Before">Rows that came to it.</param>
/// <param name="Examples">Up to <see cref="ImportRules.ExampleCount"/> of the rows that it removed, a line each, for a person.</param>
public sealed record ImportRule(string Rule, long Dropped, long Before, IReadOnlyList<string> Examples)
{
    /// <summary>Rows that it left.</summary>
    public long After => Before - Dropped;
}
