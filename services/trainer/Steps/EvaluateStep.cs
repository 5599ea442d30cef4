using RecSys.Algorithms;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>Measures every model alone on the withheld plays (<see cref="HoldoutMeasure"/>), and what users got from each.</summary>
internal static class EvaluateStep
{
    public static Task<Measurement> RunAsync(
        TrainingLog log, Holdout holdout, FittedModels fitted, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (!holdout.CanMeasure)
            {
                progress.Report(1, "nothing was withheld");
                return Measurement.None;
            }

            var measure = new HoldoutMeasure(holdout, log.UserIds, settings);
            var values = new SortedDictionary<string, double>(StringComparer.Ordinal)
            {
                ["data/train"] = holdout.Train.CellCount,
                ["data/test"] = holdout.Test.CellCount,
                ["data/test-users"] = measure.UsersWithTest,
                ["data/measured-users"] = measure.Users.Length,
                ["cold/users"] = holdout.Cold.Users,
            };
            if (holdout.Cold is { Users: > 0 } cold)
            {
                values[$"cold/share-without-hit@{Holdout.ColdListLength}"] = cold.ShareWithoutHit;
                values[$"cold/mean-coverage@{Holdout.ColdListLength}"] = cold.MeanCoverage;
                values[$"cold/recall@{Holdout.ColdListLength}"] = cold.MeanRecall;
            }

            var models = ModelsOf(fitted, settings);
            for (var i = 0; i < models.Count; i++)
            {
                var model = models[i];
                var done = (double)i;
                progress.Report(done / models.Count, $"measuring {model.Name}");
                measure.AddTo(values, model, new Share(share => progress.Report((done + share) / models.Count)), cancellationToken);
                values[$"{model.Name}/fit-seconds"] = fitted.FitSeconds[model.Name];
            }

            progress.Report(1, string.Join(", ", models.Select(model => $"{model.Name} ndcg@20 {values[$"{model.Name}/ndcg@20"]:F4}")));
            return new Measurement(values, QualityOf(fitted, measure, cancellationToken));
        },
        cancellationToken);

    private static List<IRecommender> ModelsOf(FittedModels fitted, TrainingSettings settings)
    {
        IRecommender?[] models =
        [
            settings.Get(TrainingSettings.PopularityEnabled) ? fitted.Popularity : null,
            fitted.Als, fitted.ItemNeighbors, fitted.UserNeighbors, fitted.Markov,
        ];
        return [.. models.OfType<IRecommender>()];
    }

    private static UserQuality QualityOf(FittedModels fitted, HoldoutMeasure measure, CancellationToken cancellationToken)
    {
        var popular = measure.Ndcg(fitted.Popularity, cancellationToken);
        return new UserQuality(
            measure.UserIds,
            fitted.Personal is { } model ? measure.Ndcg(model, cancellationToken) : popular,
            popular);
    }

    // Progress<T> would hand each report to another thread, out of order.
    private sealed class Share(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}

/// <summary>How good the models of a training are on what was withheld from them.</summary>
/// <param name="Metrics">
/// Values by <c>model/metric</c>, such as <c>als/recall@20</c>, and the ends of their 95 % intervals as <c>als/recall@20/low</c> and
/// <c>als/recall@20/high</c>; of cold users <c>cold/users</c>, <c>cold/share-without-hit@100</c>, <c>cold/mean-coverage@100</c> and
/// <c>cold/recall@100</c> of the most popular tracks; seconds as <c>als/fit-seconds</c> and <c>als/evaluate-seconds</c>;
/// sizes as <c>data/train</c> and <c>data/test</c> (pairs), <c>data/test-users</c> and <c>data/measured-users</c>.
/// </param>
/// <param name="Users">What each user got, by which versions are compared.</param>
internal sealed record Measurement(IReadOnlyDictionary<string, double> Metrics, UserQuality Users) : IOutcome<Measurement>
{
    /// <summary>Nothing was withheld.</summary>
    public static readonly Measurement None = new(new Dictionary<string, double>(), new UserQuality([], [], []));

    /// <summary>With what the ranker came to: where there is one, users get its lists.</summary>
    public Measurement With(RankerOutcome ranker) => new(
        Metrics.Concat(ranker.Metrics).ToDictionary(),
        ranker.UserNdcg.Length > 0 ? Users with { Personal = ranker.UserNdcg } : Users);

    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        writer.WriteMetrics(Metrics);
        writer.WriteTexts(Users.UserIds);
        writer.WriteArray(Users.Personal);
        writer.WriteArray(Users.Popular);
    }

    /// <inheritdoc/>
    public static Measurement Read(CheckpointReader reader) =>
        new(reader.ReadMetrics(), new UserQuality(reader.ReadTexts(), reader.ReadArray<float>(), reader.ReadArray<float>()));
}

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
