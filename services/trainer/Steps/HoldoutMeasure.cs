using RecSys.Algorithms;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>
/// Measures models on the withheld plays, all on the same users. The full catalogue is ranked and what a user has heard is left out,
/// as in a slate.
/// </summary>
internal sealed class HoldoutMeasure
{
    /// <summary>Of the longest lists that are looked at.</summary>
    public const int ListLength = 20;

    private const int BootstrapSamples = 500;

    private static readonly IReadOnlyList<Metric> Accuracy =
        Metric.ParseList("recall@5,recall@10,recall@20,precision@5,ndcg@10,ndcg@20,map@20,hit-rate@20,novelty@5");

    // Needs a list of every user, not only of those that are measured.
    private static readonly IReadOnlyList<Metric> Coverage = Metric.ParseList("coverage@5,coverage@20");

    private readonly SparseMatrix _train;
    private readonly SparseMatrix _test;
    private readonly EvaluationOptions _options;

    /// <param name="holdout">What models were fitted to, and what was withheld; something was.</param>
    /// <param name="logUserIds">The user of each row of the log that was divided.</param>
    /// <param name="settings">How many users.</param>
    public HoldoutMeasure(Holdout holdout, string[] logUserIds, TrainingSettings settings)
    {
        var withTest = Enumerable.Range(0, holdout.Test.RowCount).Where(user => holdout.Test.RowLength(user) > 0).ToArray();
        Users = UserSample.Draw(withTest, user => logUserIds[holdout.UserIndices[user]], settings.Get(TrainingSettings.EvaluateUsers), settings.Get(TrainingSettings.Seed));
        UserIds = Array.ConvertAll(Users, user => logUserIds[holdout.UserIndices[user]]);
        UsersWithTest = withTest.Length;
        var isSample = Users.Length < withTest.Length;
        _train = holdout.Train;
        _test = isSample ? RowsOf(holdout.Test, Users) : holdout.Test;
        _options = new EvaluationOptions
        {
            Metrics = isSample ? Accuracy : [.. Accuracy, .. Coverage],
            BootstrapSamples = BootstrapSamples,
            Seed = settings.Get(TrainingSettings.Seed),
            ThreadCount = settings.Get(TrainingSettings.Threads),
        };
    }

    /// <summary>The users that are measured, ascending.</summary>
    public int[] Users { get; }

    /// <summary>Their ids.</summary>
    public string[] UserIds { get; }

    /// <summary>Users with withheld plays.</summary>
    public int UsersWithTest { get; }

    /// <summary>Adds a model's metrics with their intervals, and how long measuring took.</summary>
    public void AddTo(IDictionary<string, double> values, IRecommender model, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var result = Evaluator.Evaluate(model, _train, _test, _options, progress, cancellationToken);
        foreach (var metric in result.Metrics)
        {
            values[$"{model.Name}/{metric.Metric}"] = metric.Value;
            if (metric.Interval is { } interval)
            {
                values[$"{model.Name}/{metric.Metric}/low"] = interval.Low;
                values[$"{model.Name}/{metric.Metric}/high"] = interval.High;
            }
        }

        values[$"{model.Name}/evaluate-seconds"] = result.Seconds;
    }

    /// <summary>NDCG@20 of each of <see cref="Users"/>.</summary>
    public float[] Ndcg(IRecommender model, CancellationToken cancellationToken)
    {
        const int UsersAtOnce = 4_096;
        var values = new List<float>(Users.Length);
        var options = new RecommendOptions { K = ListLength, ThreadCount = _options.ThreadCount };
        foreach (var block in Users.Chunk(UsersAtOnce))
        {
            var lists = model.Recommend(block, options, cancellationToken);
            for (var i = 0; i < block.Length; i++)
            {
                var relevant = _test.RowColumns(block[i]);
                var hits = new bool[lists[i].Length];
                RankingMetrics.MarkHits(Array.ConvertAll(lists[i], item => item.ItemIndex), relevant, hits);
                values.Add((float)RankingMetrics.Ndcg(hits, relevant.Length, ListLength));
            }
        }

        return [.. values];
    }

    private static SparseMatrix RowsOf(SparseMatrix test, int[] users)
    {
        var rows = new List<int>();
        var columns = new List<int>();
        var values = new List<float>();
        foreach (var user in users)
        {
            var items = test.RowColumns(user);
            rows.AddRange(Enumerable.Repeat(user, items.Length));
            columns.AddRange(items);
            values.AddRange(test.RowValues(user));
        }

        return SparseMatrix.FromTriples(test.RowCount, test.ColumnCount, rows.ToArray(), columns.ToArray(), values.ToArray());
    }
}

/// <summary>
/// A sample of users that depends on their ids and a seed alone: two trainings measure mostly the same ones, so that their versions
/// can be compared user by user.
/// </summary>
internal static class UserSample
{
    /// <param name="users">User indices, ascending.</param>
    /// <param name="idOf">The id of a user index.</param>
    /// <param name="count">Most users to draw.</param>
    /// <param name="seed">Other seeds draw others.</param>
    /// <returns>The drawn ones, ascending.</returns>
    public static int[] Draw(int[] users, Func<int, string> idOf, int count, int seed) => users.Length <= count
        ? users
        : [.. users.OrderBy(user => SplitMix.Mix(unchecked((ulong)SplitKey.Of(idOf(user)) + ((ulong)(uint)seed << 32)))).Take(count).Order()];
}
