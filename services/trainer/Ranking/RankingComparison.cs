using RecSys.Algorithms;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;

namespace RecSys.Trainer.Ranking;

/// <summary>Compares models by NDCG@10 on the same users, so that the difference of two has an interval of its own.</summary>
internal static class RankingComparison
{
    private const int CutOff = 10;

    /// <summary>The mean of each model with its interval, and the interval of the first model's lead over each.</summary>
    /// <param name="models">The first is compared with all others.</param>
    /// <param name="test">Withheld pairs that are new to their users.</param>
    /// <param name="users">Whom to measure; users with withheld pairs.</param>
    /// <param name="seed">Of the bootstrap.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static ComparedModel[] Compare(
        IReadOnlyList<IRecommender> models, SparseMatrix test, int[] users, int seed, int threadCount, CancellationToken cancellationToken)
    {
        // Columns: every model, then the first one's lead over every model.
        var columnCount = 2 * models.Count;
        var values = new float[users.Length * columnCount];
        var ones = new float[values.Length];
        Array.Fill(ones, 1);
        var options = new RecommendOptions { K = CutOff, ThreadCount = threadCount };
        for (var m = 0; m < models.Count; m++)
        {
            var lists = models[m].Recommend(users, options, cancellationToken);
            for (var u = 0; u < users.Length; u++)
            {
                var relevant = test.RowColumns(users[u]);
                var hits = new bool[lists[u].Length];
                RankingMetrics.MarkHits([.. lists[u].Select(item => item.ItemIndex)], relevant, hits);
                var row = values.AsSpan(u * columnCount, columnCount);
                row[m] = (float)RankingMetrics.Ndcg(hits, relevant.Length, CutOff);
                row[models.Count + m] = row[0] - row[m];
            }
        }

        var intervals = Bootstrap.Intervals(values, ones, columnCount, seed: seed, threadCount: threadCount);
        return
        [
            .. models.Select((model, m) => new ComparedModel(
                model.Name, Mean(m), intervals[m], Mean(models.Count + m), intervals[models.Count + m])),
        ];

        double Mean(int column)
        {
            var sum = 0.0;
            for (var u = 0; u < users.Length; u++)
            {
                sum += values[(u * columnCount) + column];
            }

            return sum / users.Length;
        }
    }
}
