namespace RecSys.Algorithms.Markov;

/// <summary>Settings of <see cref="MarkovModel"/>.</summary>
public sealed record MarkovOptions
{
    /// <summary>
    /// μ, the weight of the back-off in transitions: an item that was followed μ times gets half of its probabilities from its
    /// own transitions and half from the popular items. 0 switches the back-off off for items with transitions.
    /// </summary>
    public double Smoothing { get; init; } = 5;

    /// <summary>How many of the most popular items the back-off knows; 0 for none.</summary>
    public int BackoffCount { get; init; } = 200;

    internal void Validate()
    {
        if (!(Smoothing >= 0 && double.IsFinite(Smoothing)))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"Smoothing is {Smoothing}; give a number of 0 or more, such as 5.");
        }

        if (BackoffCount < 0)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"BackoffCount is {BackoffCount}; give 0 or more, such as 200.");
        }
    }
}
