namespace RecSys.Algorithms.Splits;

/// <summary>A rule that puts every row of a log on the train or the test side. Rows of equal content get equal sides on every run.</summary>
public interface ISplitter
{
    /// <summary>The rule with its settings, such as <c>last 30 days</c>.</summary>
    string Name { get; }

    /// <summary>Decides the side of every row.</summary>
    /// <param name="log">The log.</param>
    /// <param name="sides">Receives one side a row.</param>
    /// <exception cref="AlgorithmException">The log lacks what the rule needs, such as times.</exception>
    void Assign(InteractionRows log, Span<SplitSide> sides);
}

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
