namespace RecSys.Cli.Evaluation.Data;

/// <summary>What divides a log into train and test.</summary>
internal enum SplitKind
{
    /// <summary>By time where the log has times, else at random.</summary>
    Auto,

    /// <summary>At one moment for all users.</summary>
    Time,

    /// <summary>The last days of the log are test.</summary>
    LastDays,

    /// <summary>The last listens of each user are test.</summary>
    LeaveLast,

    /// <summary>A random share of each user's items is test.</summary>
    Random,

    /// <summary>One pair in N by a hash of numeric ids, which any program can repeat.</summary>
    Hash,
}
