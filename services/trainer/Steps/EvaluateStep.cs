using RecSys.Algorithms;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Ranking;
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
