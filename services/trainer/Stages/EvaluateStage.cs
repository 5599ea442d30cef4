using RecSys.Algorithms;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Metrics;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Measures the models on the withheld plays. The full catalogue is ranked and what a user has heard is left out, as in a slate.
/// </summary>
internal sealed class EvaluateStage : IStage<EvaluateInput, Measurement>
{
    private static readonly IReadOnlyList<Metric> Accuracy =
        Metric.ParseList("recall@5,recall@10,recall@20,precision@5,ndcg@10,ndcg@20,map@20,hit-rate@20,novelty@5");

    // Needs a list of every user, not only of those that are measured.
    private static readonly IReadOnlyList<Metric> Coverage = Metric.ParseList("coverage@5,coverage@20");

    private const int BootstrapSamples = 500;

    private const int QualityCutOff = 20;

    /// <inheritdoc/>
    public Task<Measurement> RunAsync(EvaluateInput input, StageProgress progress, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (!input.Holdout.CanMeasure)
            {
                progress.Report(1, "nothing was withheld");
                return Measurement.None;
            }

            var (train, allTest) = (input.Holdout.Train, input.Holdout.Test);
            var withTest = Enumerable.Range(0, allTest.RowCount).Where(user => allTest.RowLength(user) > 0).ToArray();
            var measured = UserSample.Draw(
                withTest, input.UserIds, input.Settings.Get(TrainingSettings.EvaluateUsers), input.Settings.Get(TrainingSettings.Seed));
            var isSample = measured.Length < withTest.Length;
            var test = isSample ? RowsOf(allTest, measured) : allTest;
            var options = new EvaluationOptions
            {
                Metrics = isSample ? Accuracy : [.. Accuracy, .. Coverage],
                BootstrapSamples = BootstrapSamples,
                Seed = input.Settings.Get(TrainingSettings.Seed),
                ThreadCount = input.Settings.Get(TrainingSettings.Threads),
            };
            var values = new SortedDictionary<string, double>(StringComparer.Ordinal)
            {
                ["data/train"] = train.CellCount,
                ["data/test"] = allTest.CellCount,
                ["data/test-users"] = withTest.Length,
                ["data/measured-users"] = measured.Length,
                ["cold/users"] = input.Holdout.Cold.Users,
            };
            if (input.Holdout.Cold is { Users: > 0 } cold)
            {
                values[$"cold/share-without-hit@{Holdout.ColdListLength}"] = cold.ShareWithoutHit;
                values[$"cold/mean-coverage@{Holdout.ColdListLength}"] = cold.MeanCoverage;
                values[$"cold/recall@{Holdout.ColdListLength}"] = cold.MeanRecall;
            }

            var models = ModelsOf(input);
            for (var i = 0; i < models.Count; i++)
            {
                var model = models[i];
                var done = (double)i;
                progress.Report(done / models.Count, $"measuring {model.Name}");
                var shareDone = new Share(share => progress.Report((done + share) / models.Count));
                var result = Evaluator.Evaluate(model, train, test, options, shareDone, cancellationToken);
                foreach (var metric in result.Metrics)
                {
                    values[$"{model.Name}/{metric.Metric}"] = metric.Value;
                    if (metric.Interval is { } interval)
                    {
                        values[$"{model.Name}/{metric.Metric}/low"] = interval.Low;
                        values[$"{model.Name}/{metric.Metric}/high"] = interval.High;
                    }
                }

                values[$"{model.Name}/fit-seconds"] = input.Models.FitSeconds[model.Name];
                values[$"{model.Name}/evaluate-seconds"] = result.Seconds;
            }

            progress.Report(1, string.Join(", ", models.Select(model => $"{model.Name} ndcg@20 {values[$"{model.Name}/ndcg@20"]:F4}")));
            return new Measurement(values, QualityOf(input, measured, cancellationToken));
        },
        cancellationToken);

    private static List<IRecommender> ModelsOf(EvaluateInput input)
    {
        IRecommender?[] models =
        [
            input.Settings.Get(TrainingSettings.PopularityEnabled) ? input.Models.Popularity : null,
            input.Models.Als, input.Models.ItemNeighbors, input.Models.UserNeighbors, input.Models.Markov,
        ];
        return [.. models.OfType<IRecommender>()];
    }

    private static UserQuality QualityOf(EvaluateInput input, int[] users, CancellationToken cancellationToken)
    {
        var popular = Ndcg(input.Models.Popularity);
        return new UserQuality(
            Array.ConvertAll(users, user => input.UserIds[user]), input.Models.Personal is { } model ? Ndcg(model) : popular, popular);

        float[] Ndcg(IRecommender model)
        {
            const int UsersAtOnce = 4_096;
            var values = new List<float>(users.Length);
            var options = new RecommendOptions { K = QualityCutOff, ThreadCount = input.Settings.Get(TrainingSettings.Threads) };
            foreach (var block in users.Chunk(UsersAtOnce))
            {
                var lists = model.Recommend(block, options, cancellationToken);
                for (var i = 0; i < block.Length; i++)
                {
                    var relevant = input.Holdout.Test.RowColumns(block[i]);
                    var hits = new bool[lists[i].Length];
                    RankingMetrics.MarkHits(Array.ConvertAll(lists[i], item => item.ItemIndex), relevant, hits);
                    values.Add((float)RankingMetrics.Ndcg(hits, relevant.Length, QualityCutOff));
                }
            }

            return [.. values];
        }
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

    // Progress<T> would hand each report to another thread, out of order.
    private sealed class Share(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
