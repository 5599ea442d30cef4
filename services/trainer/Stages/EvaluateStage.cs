using RecSys.Algorithms;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages;

/// <summary>Measures every model alone on the withheld plays (<see cref="HoldoutMeasure"/>), and what users got from each.</summary>
internal sealed class EvaluateStage : IStage<EvaluateInput, Measurement>
{
    /// <inheritdoc/>
    public Task<Measurement> RunAsync(EvaluateInput input, StageProgress progress, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (!input.Holdout.CanMeasure)
            {
                progress.Report(1, "nothing was withheld");
                return Measurement.None;
            }

            var measure = new HoldoutMeasure(input.Holdout, input.UserIds, input.Settings);
            var values = new SortedDictionary<string, double>(StringComparer.Ordinal)
            {
                ["data/train"] = input.Holdout.Train.CellCount,
                ["data/test"] = input.Holdout.Test.CellCount,
                ["data/test-users"] = measure.UsersWithTest,
                ["data/measured-users"] = measure.Users.Length,
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
                measure.AddTo(values, model, new Share(share => progress.Report((done + share) / models.Count)), cancellationToken);
                values[$"{model.Name}/fit-seconds"] = input.Models.FitSeconds[model.Name];
            }

            progress.Report(1, string.Join(", ", models.Select(model => $"{model.Name} ndcg@20 {values[$"{model.Name}/ndcg@20"]:F4}")));
            return new Measurement(values, QualityOf(input, measure, cancellationToken));
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

    private static UserQuality QualityOf(EvaluateInput input, HoldoutMeasure measure, CancellationToken cancellationToken)
    {
        var popular = measure.Ndcg(input.Models.Popularity, cancellationToken);
        return new UserQuality(
            Array.ConvertAll(measure.Users, user => input.UserIds[user]),
            input.Models.Personal is { } model ? measure.Ndcg(model, cancellationToken) : popular,
            popular);
    }

    // Progress<T> would hand each report to another thread, out of order.
    private sealed class Share(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
