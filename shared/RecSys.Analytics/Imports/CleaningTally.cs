namespace RecSys.Analytics.Imports;

/// <summary>Counts what rules drop, and keeps a few examples of it.</summary>
/// <param name="rules">The rules in the order in which they are applied.</param>
internal sealed class CleaningTally(IReadOnlyList<string> rules)
{
    private readonly Dictionary<string, long> _dropped = rules.ToDictionary(rule => rule, _ => 0L);
    private readonly Dictionary<string, List<string>> _examples = rules.ToDictionary(rule => rule, _ => new List<string>());

    /// <summary>All rows that were dropped.</summary>
    public long Dropped => _dropped.Values.Sum();

    /// <summary>The rule that dropped most.</summary>
    public string Busiest => _dropped.MaxBy(rule => rule.Value).Key;

    public void Add(string rule, long dropped) => _dropped[rule] += dropped;

    /// <summary>How many examples of a rule are still wanted.</summary>
    public int Wanted(string rule) => ImportRules.ExampleCount - _examples[rule].Count;

    public void AddExamples(string rule, IEnumerable<string> examples) => _examples[rule].AddRange(examples.Take(Wanted(rule)));

    /// <summary>Every rule with the rows before and after it.</summary>
    public List<ImportRule> ToRules(long rows)
    {
        var result = new List<ImportRule>(rules.Count);
        foreach (var rule in rules)
        {
            result.Add(new ImportRule(rule, _dropped[rule], rows, _examples[rule]));
            rows -= _dropped[rule];
        }

        return result;
    }
}
