using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.ItemModels;

/// <summary>Settings of <see cref="EaseModel"/>.</summary>
public sealed record EaseOptions
{
    /// <summary>What stands in the user × item cells.</summary>
    public ItemWeighting Weighting { get; init; } = ItemWeighting.Binary;

    /// <summary>λ: added to the squared length of every item; above 0. Good values grow with the data: 20 to 1,000.</summary>
    public double Regularization { get; init; } = 200;

    /// <summary>How much less a user counts the more items they have; 0…2, 0 for not at all.</summary>
    public double UserExponent { get; init; }

    /// <summary>A catalogue that needs more bytes than this is an error; 4 bytes for each pair of items.</summary>
    public long MemoryLimitBytes { get; init; } = 4L << 30;

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        if (!(Regularization > 0 && double.IsFinite(Regularization)))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"Regularization is {Regularization}; give a number above 0, such as 200.");
        }

        if (!(UserExponent is >= 0 and <= 2))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"UserExponent is {UserExponent}; give a number between 0 and 2.");
        }

        if (!Enum.IsDefined(Weighting) || ThreadCount < 0 || MemoryLimitBytes < 1)
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting, "Weighting must be a known one, ThreadCount 0 or more and MemoryLimitBytes above 0.");
        }
    }
}
