using RecSys.Algorithms.Als;
using RecSys.Algorithms.Popularity;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>Fits every model to one matrix: first to the train part, to be measured, then to all plays, to be published.</summary>
internal sealed class FitStage(TimeProvider clock) : IStage<FitInput, FittedModels>
{
    /// <inheritdoc/>
    public Task<FittedModels> RunAsync(FitInput input, StageProgress progress, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            progress.Report(0, "popularity");
            var start = clock.GetTimestamp();
            var popularity = PopularityModel.Fit(input.Plays, PopularityMeasure.Users);
            var popularityTime = clock.GetElapsedTime(start);

            var what = $"ALS, {input.Settings.FactorCount} factors";
            progress.Report(0, what);
            start = clock.GetTimestamp();
            var als = AlsModel.Fit(
                input.Plays,
                input.Settings,
                progress: done => progress.Report(
                    (double)done.Iteration / done.Iterations, $"{what}, iteration {done.Iteration} of {done.Iterations}"),
                cancellationToken: cancellationToken);
            return new FittedModels(popularity, popularityTime, als, clock.GetElapsedTime(start));
        },
        cancellationToken);
}
