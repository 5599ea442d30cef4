using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Neighbors;

/// <summary>Turns interaction weights into the cells that similarities are computed from; see <see cref="ItemWeighting"/>.</summary>
internal static class ItemCells
{
    public static SparseMatrix Weigh(SparseMatrix train, ItemNeighborOptions options)
    {
        switch (options.Weighting)
        {
            case ItemWeighting.Counts:
                return train;
            case ItemWeighting.Binary:
                return train.MapValues(static (_, _, _) => 1);
            case ItemWeighting.TfIdf:
                var rarity = Rarity(train);
                return train.MapValues((user, _, weight) => (float)(Math.Sqrt(weight) * rarity[user]));
            case ItemWeighting.Bm25:
                return Bm25(train, options);
            default:
                throw new AlgorithmException(AlgorithmError.InvalidSetting, $"{options.Weighting} is not a weighting.");
        }
    }

    private static SparseMatrix Bm25(SparseMatrix train, ItemNeighborOptions options)
    {
        var rarity = Rarity(train);
        var plays = new double[train.ColumnCount];
        for (var user = 0; user < train.RowCount; user++)
        {
            var items = train.RowColumns(user);
            var weights = train.RowValues(user);
            for (var i = 0; i < items.Length; i++)
            {
                plays[items[i]] += weights[i];
            }
        }

        var meanPlays = plays.Where(p => p > 0).DefaultIfEmpty(1).Average();
        return train.MapValues((user, item, weight) =>
        {
            var saturation = options.Bm25K1 * (1 - options.Bm25B + (options.Bm25B * plays[item] / meanPlays));
            return (float)(weight * (options.Bm25K1 + 1) / (weight + saturation) * rarity[user]);
        });
    }

    // Inverse document frequency of each user; a user with every item says nothing and gets 0.
    private static double[] Rarity(SparseMatrix train)
    {
        var rarity = new double[train.RowCount];
        for (var user = 0; user < rarity.Length; user++)
        {
            rarity[user] = Math.Max(0, Math.Log((double)train.ColumnCount / (1 + train.RowLength(user))));
        }

        return rarity;
    }
}

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
