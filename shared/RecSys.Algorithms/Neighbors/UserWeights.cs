using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Neighbors;

/// <summary>How much each user counts in what items have in common.</summary>
internal static class UserWeights
{
    /// <summary>n_u^−exponent, n_u the number of items of user u; null, for 1, when the exponent is 0.</summary>
    public static double[]? Of(SparseMatrix train, double exponent)
    {
        if (exponent == 0)
        {
            return null;
        }

        var weights = new double[train.RowCount];
        for (var user = 0; user < weights.Length; user++)
        {
            weights[user] = Math.Pow(Math.Max(1, train.RowLength(user)), -exponent);
        }

        return weights;
    }
}
