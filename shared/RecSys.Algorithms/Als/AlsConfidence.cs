namespace RecSys.Algorithms.Als;

/// <summary>How an interaction's weight r becomes the weight w that its confidence has above an unobserved pair's.</summary>
public enum AlsConfidence
{
    /// <summary>w = alpha · r.</summary>
    Linear,

    /// <summary>w = alpha · ln(1 + r / c0), where c0 = max(1, mean weight of the row being solved).</summary>
    Log,

    /// <summary>w = alpha, however often.</summary>
    Uniform,
}
