namespace RecSys.Algorithms.Splits;

/// <summary>What a split made of a log.</summary>
public sealed record SplitReport
{
    /// <summary>The rule that split the log.</summary>
    public required string Split { get; init; }

    /// <summary>Rows of the log.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows on the train side.</summary>
    public required long TrainRows { get; init; }

    /// <summary>Rows on the test side before anything was dropped from it.</summary>
    public required long TestRows { get; init; }

    /// <summary>Users with a row on the train side.</summary>
    public required int TrainUsers { get; init; }

    /// <summary>Items with a row on the train side.</summary>
    public required int TrainItems { get; init; }

    /// <summary>Users with a row on the test side, known or not.</summary>
    public required int TestUsers { get; init; }

    /// <summary>Users with rows on both sides.</summary>
    public required int CommonUsers { get; init; }

    /// <summary>Users with rows on the test side only.</summary>
    public int ColdUsers => TestUsers - CommonUsers;

    /// <summary>Train cells: distinct (user, item) pairs.</summary>
    public required long TrainPairs { get; init; }

    /// <summary>Test cells that are left for measuring.</summary>
    public long TestPairs { get; init; }

    /// <summary>Users with at least one test cell that is left.</summary>
    public int UsersWithTest { get; init; }

    /// <summary>What was dropped, rule by rule, in the order in which the rules were applied.</summary>
    public IReadOnlyList<DroppedRows> Dropped { get; init; } = [];
}

/// <summary>How many rows a rule dropped.</summary>
/// <param name="Rule">The rule in words, such as <c>item not in train</c>.</param>
/// <param name="Rows">Number of rows of the log.</param>
/// <param name="Pairs">Number of distinct (user, item) pairs.</param>
public sealed record DroppedRows(string Rule, long Rows, long Pairs);
