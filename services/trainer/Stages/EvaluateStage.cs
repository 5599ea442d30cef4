using RecSys.Algorithms;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Metrics;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Measures the models on the withheld plays. The full catalogue is ranked and what a user has heard is left out, as in a slate.
/// </summary>
internal sealed class EvaluateStage : IStage<EvaluateInput, IReadOnlyDictionary<string, double>>
{
    private static readonly IReadOnlyList<Metric> Accuracy =
        Metric.ParseList("recall@10,recall@20,ndcg@10,ndcg@20,map@20,hit-rate@20");

    // Needs a list of every user, not only of those that are measured.
    private static readonly Metric Coverage = Metric.Parse("coverage@20");

    /// <inheritdoc/>
    /// <returns>
    /// Values by <c>model/metric</c>, such as <c>als/recall@20</c>; seconds as <c>als/fit-seconds</c> and <c>als/evaluate-seconds</c>;
    /// sizes as <c>data/train</c> and <c>data/test</c> (pairs), <c>data/test-users</c> and <c>data/measured-users</c>.
    /// </returns>
    public Task<IReadOnlyDictionary<string, double>> RunAsync(
        EvaluateInput input, StageProgress progress, CancellationToken cancellationToken) => Task.Run<IReadOnlyDictionary<string, double>>(
        () =>
        {
            var report = input.Split.Report;
            var isSample = report.UsersWithTest > input.MaxUsers;
            var test = isSample ? SampleUsers(input.Split.Test, input.MaxUsers, input.Seed) : input.Split.Test;
            var options = new EvaluationOptions
            {
                Metrics = isSample ? Accuracy : [.. Accuracy, Coverage],
                ThreadCount = input.ThreadCount,
            };

            var values = new SortedDictionary<string, double>(StringComparer.Ordinal)
            {
                ["data/train"] = report.TrainPairs,
                ["data/test"] = report.TestPairs,
                ["data/test-users"] = report.UsersWithTest,
                ["data/measured-users"] = Math.Min(report.UsersWithTest, input.MaxUsers),
            };
            (IRecommender Model, TimeSpan FitTime)[] models =
                [(input.Models.Popularity, input.Models.PopularityTime), (input.Models.Als, input.Models.AlsTime)];
            for (var i = 0; i < models.Length; i++)
            {
                var (model, fitTime) = models[i];
                var done = (double)i;
                progress.Report(done / models.Length, $"measuring {model.Name}");
                var shareDone = new Share(share => progress.Report((done + share) / models.Length));
                var result = Evaluator.Evaluate(model, input.Split.Train, test, options, shareDone, cancellationToken);
                foreach (var metric in result.Metrics)
                {
                    values[$"{model.Name}/{metric.Metric}"] = metric.Value;
                }

                values[$"{model.Name}/fit-seconds"] = fitTime.TotalSeconds;
                values[$"{model.Name}/evaluate-seconds"] = result.Seconds;
            }

            var (als, popularity) = (values[$"{input.Models.Als.Name}/recall@20"], values[$"{input.Models.Popularity.Name}/recall@20"]);
            progress.Report(1, $"recall@20 {als:F4}, of popularity {popularity:F4}");
            return values;
        },
        cancellationToken);

    /// <summary>The test pairs of a seeded sample of the users that have any.</summary>
    private static SparseMatrix SampleUsers(SparseMatrix test, int count, int seed)
    {
        var users = Enumerable.Range(0, test.RowCount).Where(user => test.RowLength(user) > 0).ToArray();
        new Random(seed).Shuffle(users);
        var rows = new List<int>();
        var columns = new List<int>();
        var values = new List<float>();
        foreach (var user in users.AsSpan(0, count))
        {
            var items = test.RowColumns(user);
            rows.AddRange(Enumerable.Repeat(user, items.Length));
            columns.AddRange(items);
            values.AddRange(test.RowValues(user));
        }

        return SparseMatrix.FromTriples(
            test.RowCount, test.ColumnCount, rows.ToArray(), columns.ToArray(), values.ToArray());
    }

    // Progress<T> would hand each report to another thread, out of order.
    private sealed class Share(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
