using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Neighbors;

/// <summary>
/// Settings of <see cref="ItemNeighborModel"/>. The similarity of a profile item j to a candidate c is
/// Σ_u n_u^−<see cref="UserExponent"/> · x_uj · x_uc / (q_j^<see cref="ProfileExponent"/> · q_c^<see cref="CandidateExponent"/>),
/// with n_u the number of items of user u, x the weighted cells and q_i = Σ_u x_ui². The defaults give the cosine.
/// </summary>
public sealed record ItemNeighborOptions
{
    /// <summary>What stands in the cells.</summary>
    public ItemWeighting Weighting { get; init; } = ItemWeighting.Counts;

    /// <summary>How much less a user counts the more items they have; 0…2, 0 for not at all.</summary>
    public double UserExponent { get; init; }

    /// <summary>Exponent of the profile item's squared length; 0…2, 0.5 in the cosine.</summary>
    public double ProfileExponent { get; init; } = 0.5;

    /// <summary>Exponent of the candidate's squared length; 0…2, 0.5 in the cosine. Lower favours popular items.</summary>
    public double CandidateExponent { get; init; } = 0.5;

    /// <summary>Similarities are multiplied by n / (n + Shrinkage) with n the number of common users; 0 or more.</summary>
    public double Shrinkage { get; init; }

    /// <summary>Neighbours kept of each profile item, the best first; 0 keeps all.</summary>
    public int NeighborCount { get; init; }

    /// <summary>
    /// Whether items that resemble nothing in the profile are ranked too, with the score 0, as the textbook definition has it.
    /// By default they have no score and are never recommended.
    /// </summary>
    public bool ScoreUnrelated { get; init; }

    /// <summary>BM25's saturation of repeated plays; above 0.</summary>
    public double Bm25K1 { get; init; } = 1.2;

    /// <summary>BM25's correction for popular items, 0…1.</summary>
    public double Bm25B { get; init; } = 0.75;

    /// <summary>More bytes of neighbours than this are an error; 8 bytes each.</summary>
    public long MemoryLimitBytes { get; init; } = 4L << 30;

    /// <summary>
    /// How many items take part, those with most users. The others have no neighbours and are nobody's neighbours. Memory grows
    /// with the number. No limit by default.
    /// </summary>
    public int MaxItems { get; init; } = int.MaxValue;

    /// <summary>
    /// Pairs of items of one user that are looked at, of all users together; where there are more, a sample of the longest histories
    /// (<see cref="PairLimit"/>). Time grows with them. No limit by default.
    /// </summary>
    public double MaxPairs { get; init; } = double.PositiveInfinity;

    /// <summary>Seed of that sample.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        Check(UserExponent is >= 0 and <= 2, nameof(UserExponent), UserExponent, "between 0 and 2");
        Check(ProfileExponent is >= 0 and <= 2, nameof(ProfileExponent), ProfileExponent, "between 0 and 2");
        Check(CandidateExponent is >= 0 and <= 2, nameof(CandidateExponent), CandidateExponent, "between 0 and 2");
        Check(Shrinkage >= 0 && double.IsFinite(Shrinkage), nameof(Shrinkage), Shrinkage, "of 0 or more");
        Check(NeighborCount >= 0, nameof(NeighborCount), NeighborCount, "of 0 (all) or more");
        Check(Bm25K1 > 0 && double.IsFinite(Bm25K1), nameof(Bm25K1), Bm25K1, "above 0");
        Check(Bm25B is >= 0 and <= 1, nameof(Bm25B), Bm25B, "between 0 and 1");
        Check(ThreadCount >= 0, nameof(ThreadCount), ThreadCount, "of 0 (every core) or more");
        Check(MaxItems > 0, nameof(MaxItems), MaxItems, "above 0");
        Check(MaxPairs > 0, nameof(MaxPairs), MaxPairs, "above 0");
        Check(MemoryLimitBytes > 0, nameof(MemoryLimitBytes), MemoryLimitBytes, "above 0");
    }

    private static void Check(bool valid, string name, double value, string range)
    {
        if (!valid)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"{name} is {value}; give a number {range}.");
        }
    }
}

/// <summary>What stands in the user × item cells from which similarities are computed.</summary>
public enum ItemWeighting
{
    /// <summary>The interaction weight itself, such as the number of plays.</summary>
    Counts,

    /// <summary>1 for every interaction.</summary>
    Binary,

    /// <summary>√weight · ln(items / (1 + items of the user)): users who listen to everything say less about each item.</summary>
    TfIdf,

    /// <summary>
    /// Okapi BM25 with an item as the document and its users as the terms (Robertson and Zaragoza 2009):
    /// weight · (k1 + 1) / (weight + k1 · (1 − b + b · plays / mean plays)) · ln(items / (1 + items of the user)).
    /// </summary>
    Bm25,
}
