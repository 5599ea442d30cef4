using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Neighbors;

/// <summary>
/// How much of each track its listeners played, compared with what is usual for each of them: a listen's share less the mean
/// share of all the user's listens, averaged over the listens of a (user, item) pair.
/// </summary>
public sealed class ListenedShares
{
    private ListenedShares(SparseMatrix listened, SparseMatrix deviations, double[] meanShares)
    {
        Listened = listened;
        Deviations = deviations;
        MeanShares = meanShares;
    }

    /// <summary>The number of listens of each (user, item) pair.</summary>
    public SparseMatrix Listened { get; }

    /// <summary>The mean deviation of each pair; a pair that deviates by nothing is a stored 0.</summary>
    public SparseMatrix Deviations { get; }

    /// <summary>The mean share of each user, 0 for a user without listens.</summary>
    public IReadOnlyList<double> MeanShares { get; }

    /// <summary>Aggregates listens.</summary>
    /// <param name="userCount">Number of users.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="userIndices">User of each listen.</param>
    /// <param name="itemIndices">Item of each listen.</param>
    /// <param name="shares">Share of the track that was played, 0…1.</param>
    /// <exception cref="AlgorithmException">Lengths differ, an index is out of range or a share isn't a finite number.</exception>
    public static ListenedShares FromListens(
        int userCount, int itemCount, ReadOnlySpan<int> userIndices, ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> shares)
    {
        var ones = new float[userIndices.Length];
        Array.Fill(ones, 1);
        var listened = SparseMatrix.FromTriples(userCount, itemCount, userIndices, itemIndices, ones);
        if (shares.Length != userIndices.Length)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"There are {userIndices.Length} listens and {shares.Length} shares; give one share a listen.");
        }

        var sums = new double[userCount];
        var counts = new int[userCount];
        for (var i = 0; i < shares.Length; i++)
        {
            if (!float.IsFinite(shares[i]))
            {
                throw new AlgorithmException(
                    AlgorithmError.NotANumber, $"Listen {i} has the share {shares[i]}; give a number from 0 to 1, or leave the listen out.");
            }

            sums[userIndices[i]] += shares[i];
            counts[userIndices[i]]++;
        }

        var means = new double[userCount];
        for (var user = 0; user < userCount; user++)
        {
            means[user] = counts[user] == 0 ? 0 : sums[user] / counts[user];
        }

        // Summed per pair in double: the matrix's own sums are floats, and deviations nearly cancel.
        var firstCell = new long[userCount + 1];
        for (var user = 0; user < userCount; user++)
        {
            firstCell[user + 1] = firstCell[user] + listened.RowLength(user);
        }

        var totals = new double[listened.CellCount];
        for (var i = 0; i < shares.Length; i++)
        {
            totals[CellOf(userIndices[i], itemIndices[i])] += shares[i] - means[userIndices[i]];
        }

        var deviations = listened.MapValues((user, item, listens) =>
            Deviation.WithoutRounding(totals[CellOf(user, item)] / listens, means[user]));
        return new ListenedShares(listened, deviations, means);

        long CellOf(int user, int item) => firstCell[user] + listened.RowColumns(user).BinarySearch(item);
    }
}

/// <summary>Deviations from a mean.</summary>
internal static class Deviation
{
    // The mean of equal numbers may differ from them in the last bits. Left in, such a rest would look like a taste, because
    // a row is scaled to length 1 before it is compared.
    private const double RelativeRounding = 1e-6;

    public static float WithoutRounding(double deviation, double mean) =>
        Math.Abs(deviation) <= RelativeRounding * Math.Abs(mean) ? 0 : (float)deviation;
}
