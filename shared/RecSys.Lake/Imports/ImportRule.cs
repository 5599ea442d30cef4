namespace RecSys.Lake.Imports;

/// <summary>A rule of cleaning and what it did.</summary>
/// <param name="Rule">The rule's name; see <see cref="ImportRules"/>.</param>
/// <param name="Dropped">Rows that it removed. A row counts for the first rule that it breaks.</param>
public sealed record ImportRule(string Rule, long Dropped);
