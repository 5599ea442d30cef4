using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.ItemModels;

/// <summary>Settings of <see cref="SlimModel"/>.</summary>
public sealed record SlimOptions
{
    /// <summary>What stands in the user × item cells.</summary>
    public ItemWeighting Weighting { get; init; } = ItemWeighting.Binary;

    /// <summary>How many items may speak for each candidate, 1 … 4,096; time grows with its cube.</summary>
    public int NeighborCount { get; init; } = 200;

    /// <summary>λ: added to the squared length of every neighbour; above 0. Higher trusts popular neighbours more.</summary>
    public double Regularization { get; init; } = 20;

    /// <summary>
    /// d: a neighbour's squared length is also multiplied by 1 + d, as if each of its interactions were dropped with
    /// probability d / (1 + d) while learning (Steck 2020); 0 or more.
    /// </summary>
    public double RelativeRegularization { get; init; } = 1;

    /// <summary>How much less a user counts the more items they have; 0…2, 0 for not at all.</summary>
    public double UserExponent { get; init; } = 0.3;

    /// <summary>Weights towards a candidate are divided by its squared length to this power; 0…2. Higher favours rare items.</summary>
    public double CandidateExponent { get; init; } = 0.1;

    /// <summary>
    /// α₀: how much a user without the candidate counts in its regression, against 1 for a user with it; above 0, at most 1.
    /// Below 1 the regression asks less for low scores where nothing was observed.
    /// </summary>
    public double UnobservedWeight { get; init; } = 1;

    /// <summary>More bytes of co-occurrences than this are an error; 8 bytes for each pair of items with a common user.</summary>
    public long MemoryLimitBytes { get; init; } = 4L << 30;

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        Check(Enum.IsDefined(Weighting), nameof(Weighting), (int)Weighting, "of a known weighting");
        Check(NeighborCount is >= 1 and <= 4096, nameof(NeighborCount), NeighborCount, "from 1 to 4,096");
        Check(Regularization > 0 && double.IsFinite(Regularization), nameof(Regularization), Regularization, "above 0");
        Check(
            RelativeRegularization >= 0 && double.IsFinite(RelativeRegularization), nameof(RelativeRegularization), RelativeRegularization, "of 0 or more");
        Check(UserExponent is >= 0 and <= 2, nameof(UserExponent), UserExponent, "between 0 and 2");
        Check(CandidateExponent is >= 0 and <= 2, nameof(CandidateExponent), CandidateExponent, "between 0 and 2");
        Check(UnobservedWeight is > 0 and <= 1, nameof(UnobservedWeight), UnobservedWeight, "above 0 and at most 1");
        Check(MemoryLimitBytes > 0, nameof(MemoryLimitBytes), MemoryLimitBytes, "above 0");
        Check(ThreadCount >= 0, nameof(ThreadCount), ThreadCount, "of 0 (every core) or more");
    }

    private static void Check(bool valid, string name, double value, string range)
    {
        if (!valid)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"{name} is {value}; give a number {range}.");
        }
    }
}
