using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.Als;

/// <summary>Small seeded logs with popular and rare items, heavy and light users, and rows without interactions.</summary>
internal static class AlsCases
{
    public const int ColdUser = 7;
    public const int ColdItem = 5;

    public static SparseMatrix Log(int userCount = 40, int itemCount = 30, int seed = 3)
    {
        var random = new Random(seed);
        var rows = new List<int>();
        var columns = new List<int>();
        var values = new List<float>();
        for (var user = 0; user < userCount; user++)
        {
            // Few for most, nearly everything for some.
            var share = 0.03 + (0.9 * Math.Pow(random.NextDouble(), 4));
            for (var item = 0; item < itemCount; item++)
            {
                if (user != ColdUser && item != ColdItem && random.NextDouble() < share * (1 + (user % 3 == item % 3 ? 1 : 0)))
                {
                    rows.Add(user);
                    columns.Add(item);
                    values.Add(1 + random.Next(20));
                }
            }
        }

        return SparseMatrix.FromTriples(userCount, itemCount, [.. rows], [.. columns], [.. values]);
    }

    public static FactorMatrix InitialItems(int itemCount, int factorCount, int seed = 1)
    {
        var random = new Random(seed);
        var factors = new float[itemCount * factorCount];
        for (var i = 0; i < factors.Length; i++)
        {
            factors[i] = (random.NextSingle() - 0.5f) * 0.2f;
        }

        return FactorMatrix.FromRows(itemCount, factorCount, factors);
    }
}
