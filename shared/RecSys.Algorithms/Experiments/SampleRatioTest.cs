namespace RecSys.Algorithms.Experiments;

/// <summary>
/// Whether users arrived in the arms in the shares that were meant: Pearson's χ² test. A tiny probability says that assignment
/// or logging is broken and that the experiment's other figures can't be trusted.
/// </summary>
public static class SampleRatioTest
{
    /// <summary>The probability of counts so far from their shares by chance alone.</summary>
    /// <param name="counts">Users seen in each arm; at least one arm.</param>
    /// <param name="shares">The shares that were meant, above 0, of any sum; empty for equal ones.</param>
    /// <returns>0…1; 1 when there is nobody or only one arm.</returns>
    /// <exception cref="AlgorithmException">Lengths differ, or a count or share is out of range.</exception>
    public static double PValue(ReadOnlySpan<long> counts, ReadOnlySpan<double> shares = default)
    {
        if (counts.IsEmpty || (!shares.IsEmpty && shares.Length != counts.Length))
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"There are {counts.Length} counts and {shares.Length} shares; give one of each for every arm.");
        }

        double shareSum = 0;
        double total = 0;
        for (var arm = 0; arm < counts.Length; arm++)
        {
            var share = shares.IsEmpty ? 1 : shares[arm];
            if (counts[arm] < 0 || !(share > 0 && double.IsFinite(share)))
            {
                throw new AlgorithmException(
                    AlgorithmError.InvalidSetting, $"Arm {arm} has the count {counts[arm]} and the share {share}; counts are 0 or more, shares above 0.");
            }

            shareSum += share;
            total += counts[arm];
        }

        if (total == 0 || counts.Length == 1)
        {
            return 1;
        }

        double statistic = 0;
        for (var arm = 0; arm < counts.Length; arm++)
        {
            var expected = total * (shares.IsEmpty ? 1 : shares[arm]) / shareSum;
            statistic += (counts[arm] - expected) * (counts[arm] - expected) / expected;
        }

        return SpecialFunctions.RegularizedUpperGamma((counts.Length - 1) / 2.0, statistic / 2);
    }
}
