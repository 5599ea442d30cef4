using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Markov;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.Popularity;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages;

/// <summary>Fits the enabled models to one matrix: first to the train part, to be measured, then to all plays, to be published.</summary>
internal sealed class ModelsStage(TimeProvider clock) : IStage<ModelsInput, FittedModels>
{
    // Of a stage's time, what the other models take beside ALS, whose iterations are counted.
    private const double AlsShare = 0.8;

    /// <inheritdoc/>
    public Task<FittedModels> RunAsync(ModelsInput input, StageProgress progress, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var settings = input.Settings;
            var seconds = new Dictionary<string, double>();
            progress.Report(0, "popularity");
            var popularity = Timed(() => PopularityModel.Fit(input.Plays, PopularityMeasure.Users));
            var als = settings.Get(TrainingSettings.AlsEnabled) ? Timed(() => FitAls(input, progress, cancellationToken)) : null;
            var fitsItems = settings.Get(TrainingSettings.ItemNeighborsEnabled) && (!input.OnlyPublished || als is null);
            var fitsUsers = settings.Get(TrainingSettings.UserNeighborsEnabled) && (!input.OnlyPublished || (als is null && !fitsItems));
            var models = new FittedModels
            {
                Popularity = popularity,
                Als = als,
                ItemNeighbors = fitsItems
                    ? Timed(() =>
                    {
                        progress.Report(AlsShare, "item-item neighbours");
                        return ItemNeighborModel.Fit(input.Plays, settings.ItemNeighborOptions(input.Plays.CellCount), cancellationToken);
                    })
                    : null,
                UserNeighbors = fitsUsers
                    ? Timed(() =>
                    {
                        progress.Report(AlsShare, "user-user neighbours");
                        return UserNeighborModel.Fit(input.Plays, settings.UserNeighborOptions(input.Plays.CellCount), cancellationToken);
                    })
                    : null,
                Markov = input.Pairs is { Count: > 0 } pairs
                    ? Timed(() =>
                    {
                        progress.Report(AlsShare, $"Markov chain of {pairs.Count:N0} pairs");
                        return MarkovModel.Fit(pairs, settings.MarkovOptions(), seen: input.Plays);
                    })
                    : null,
                FitSeconds = seconds,
            };
            progress.Report(1, string.Join(", ", seconds.Keys) + (fitsItems || fitsUsers ? settings.NeighborLimits(input.Plays) : ""));
            return models;

            TModel Timed<TModel>(Func<TModel> fit)
                where TModel : IRecommender
            {
                var start = clock.GetTimestamp();
                var model = fit();
                seconds[model.Name] = clock.GetElapsedTime(start).TotalSeconds;
                LargeHeap.Trim();
                return model;
            }
        },
        cancellationToken);

    private static AlsModel FitAls(ModelsInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var settings = input.Settings.AlsSettings();
        var what = $"ALS, {settings.FactorCount} factors";
        progress.Report(0, what);
        return AlsModel.Fit(
            input.Plays,
            settings,
            progress: done => progress.Report(
                AlsShare * done.Iteration / done.Iterations, $"{what}, iteration {done.Iteration} of {done.Iterations}, {done.Elapsed.TotalSeconds / done.Iteration:F2} s each"),
            cancellationToken: cancellationToken);
    }
}
