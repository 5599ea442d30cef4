namespace RecSys.Algorithms.Splits;

/// <summary>Where a split puts a row of the log.</summary>
public enum SplitSide : byte
{
    /// <summary>Models are fitted on it.</summary>
    Train,

    /// <summary>Models are measured on it.</summary>
    Test,

    /// <summary>On neither side.</summary>
    Dropped,
}
