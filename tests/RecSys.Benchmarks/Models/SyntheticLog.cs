using RecSys.Algorithms.Matrices;

namespace RecSys.Benchmarks.Models;

/// <summary>
/// Listens with the shape of a music log: users weighted log-normal(0, 1.2); an item of popularity rank r drawn with weight
/// 1 / (r + 20)^0.9; each user has one of 32 tastes, and 70 % of the draws take item (rank · 32 + taste · 7919) mod items, the
/// rest the item of that rank. Draws of one cell are summed.
/// </summary>
internal static class SyntheticLog
{
    private const int Tastes = 32;

    public static SparseMatrix Create(int userCount, int itemCount, int drawCount, int seed = 1)
    {
        var random = new Random(seed);
        var users = new GuideTable(userCount, _ => Math.Exp(1.2 * Normal(random)));
        var ranks = new GuideTable(itemCount, rank => 1 / Math.Pow(rank + 20, 0.9));
        var rows = new int[drawCount];
        var columns = new int[drawCount];
        var values = new float[drawCount];
        Array.Fill(values, 1);
        for (var i = 0; i < drawCount; i++)
        {
            var user = users.Draw(random);
            var rank = ranks.Draw(random);
            rows[i] = user;
            columns[i] = random.NextDouble() < 0.7
                ? (int)(((rank * (long)Tastes) + (user % Tastes * 7919L)) % itemCount)
                : rank;
        }

        return SparseMatrix.FromTriples(userCount, itemCount, rows, columns, values);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
