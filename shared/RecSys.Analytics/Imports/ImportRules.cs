namespace RecSys.Analytics.Imports;

/// <summary>The rules for listens, in the order in which they are applied.</summary>
public static class ImportRules
{
    /// <summary>The header stands in the rows again.</summary>
    public const string HeaderRow = "header-row";

    /// <summary>The row has too few or too many columns, or its weight or time is missing or can't be read.</summary>
    public const string Unparseable = "unparseable";

    /// <summary>The row is of something else than a track, such as an episode of a podcast.</summary>
    public const string NotTrack = "not-a-track";

    /// <summary>The user or the track is null or empty.</summary>
    public const string EmptyId = "empty-id";

    /// <summary>The user or the track is longer than 256 characters or has control characters.</summary>
    public const string InvalidId = "invalid-id";

    /// <summary>The weight is not above 0 and at most 10,000,000.</summary>
    public const string WeightOutOfRange = "weight-out-of-range";

    /// <summary>The share of the track that was played is not 0 to 1.</summary>
    public const string ShareOutOfRange = "share-out-of-range";

    /// <summary>The time is before 1970 or more than a day ahead of the clock.</summary>
    public const string TimeOutOfRange = "time-out-of-range";

    /// <summary>The time is before <see cref="ImportOptions.Since"/> or after <see cref="ImportOptions.Until"/>.</summary>
    public const string OutsidePeriod = "outside-period";

    /// <summary>The track is not in the catalogue, or was dropped there.</summary>
    public const string UnknownTrack = "unknown-track";

    /// <summary>An earlier row without a time has the same user and track; the weight of this one was added to it. Nothing is lost.</summary>
    public const string AddedUp = "added-up";

    /// <summary>Another row has the same user, track and time; the one with the largest weight is kept.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The user has more listens on that UTC date than a day can hold.</summary>
    public const string Bot = "bot";

    /// <summary>The user has too few listens to learn from. They are set aside, not thrown away.</summary>
    public const string Cold = "cold";

    /// <summary>A deletion of the user holds for the listen. It stands last in reports, and in no report without such listens.</summary>
    public const string DeletedUser = "deleted-user";

    /// <summary>A play counts as a listen from 30 seconds on: a day holds 2,880 of them.</summary>
    public const int ListensOfFullDay = 24 * 60 * 60 / 30;

    /// <summary>Examples that a report gives of what a rule dropped.</summary>
    public const int ExampleCount = 3;

    internal const double MaxWeight = 10_000_000;

    /// <summary>All rules in order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        HeaderRow, Unparseable, NotTrack, EmptyId, InvalidId, WeightOutOfRange, ShareOutOfRange, TimeOutOfRange, OutsidePeriod, UnknownTrack,
        AddedUp, Duplicate, Bot, Cold,
    ];
}

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
