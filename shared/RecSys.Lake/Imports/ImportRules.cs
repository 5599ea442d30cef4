namespace RecSys.Lake.Imports;

/// <summary>The rules of cleaning, in the order in which they are applied.</summary>
public static class ImportRules
{
    /// <summary>The row has too few or too many columns, or its weight or time can't be read.</summary>
    public const string Unparseable = "unparseable";

    /// <summary>The user or the item is empty.</summary>
    public const string EmptyId = "empty-id";

    /// <summary>The user or the item is longer than 256 characters or has control characters.</summary>
    public const string InvalidId = "invalid-id";

    /// <summary>The weight is not above 0 and at most 10,000,000.</summary>
    public const string WeightOutOfRange = "weight-out-of-range";

    /// <summary>The time is before 1970 or more than a day ahead of the clock.</summary>
    public const string TimeOutOfRange = "time-out-of-range";

    /// <summary>Another row has the same user, item and time; the one with the largest weight is kept.</summary>
    public const string Duplicate = "duplicate";

    internal const int MaxIdLength = 256;
    internal const double MaxWeight = 10_000_000;

    /// <summary>All rules in order.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Unparseable, EmptyId, InvalidId, WeightOutOfRange, TimeOutOfRange, Duplicate];
}
