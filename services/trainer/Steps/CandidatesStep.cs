using RecSys.Algorithms.Als;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>
/// Makes the examples that the ranker learns from. The newest part of a log is cut off, sources are fitted to what is before, and
/// their candidates with features and with what they came to in the part are kept; then the part before that, and so on.
/// </summary>
internal static class CandidatesStep
{
    // A log of more has users enough, or takes too long to be looked at many times.
    private const int MaxListensOfManyParts = 1_000_000;

    /// <param name="log">The whole log.</param>
    /// <param name="listens">Its listens one by one.</param>
    /// <param name="holdout">What is withheld from the training; the examples know nothing of it.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<Examples> RunAsync(
        TrainingLog log, CataloguedListens listens, Holdout holdout, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                var hasOrder = SplitStep.FindCut(log, settings) is not null;
                return Collect(
                    holdout.CanMeasure ? LogCut.Of(holdout, listens).Before : listens, hasOrder, settings, progress, cancellationToken);
            },
            cancellationToken);

    /// <summary>The examples of what may be learnt from.</summary>
    /// <param name="log">Nothing of what is withheld.</param>
    /// <param name="hasOrder">Whether the log's times tell what was heard before what; else labels are drawn.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    internal static Examples Collect(
        CataloguedListens log, bool hasOrder, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var (count, share) = (settings.Get(RankerSettings.Windows), settings.Get(RankerSettings.LabelShare));
        var examples = Examples.None;
        var part = 0;
        foreach (var cut in LogCuts.Of(
            log, hasOrder, share, count, settings.Get(TrainingSettings.Seed), settings.Get(TrainingSettings.Threads)))
        {
            part++;
            var isMore = part > count;
            if (isMore && (!RankerTraining.AreFew(examples.UserCount, settings) || log.Listens.Count > MaxListensOfManyParts))
            {
                break;
            }

            if (cut is null)
            {
                continue;
            }

            var what = isMore ? $"part {part}, few users so far" : $"part {part} of {count}";
            progress.Report(Math.Min(1, (part - 1.0) / count), $"{what}: fitting sources");
            var fitted = Math.Min(1, (part - 0.5) / count);
            examples = WithPart(cut, examples, settings, () => progress.Report(fitted, $"{what}: candidates and features"), cancellationToken);
            LargeHeap.Trim();
            if (examples.UserCount >= settings.Get(RankerSettings.Users))
            {
                break;
            }
        }

        progress.Report(1, $"{examples.Parts.Sum(rows => rows.Rows.RowCount):N0} candidates of {examples.UserCount:N0} users at {examples.CutCount} {(examples.CutCount == 1 ? "cut" : "cuts")}");
        return examples;
    }

    // A method of its own: what is fitted to a part is gone when the next one is looked at.
    private static Examples WithPart(
        LogCut cut, Examples examples, TrainingSettings settings, Action fitted, CancellationToken cancellationToken)
    {
        // Half the iterations come so near that the ranker can't tell. Not from factors of later fits: these know the labels.
        var als = settings.AlsOptions();
        var model = AlsModel.Fit(cut.Plays, als with { Iterations = (als.Iterations + 1) / 2 }, cancellationToken: cancellationToken);
        LargeHeap.Trim();
        var cutWithSources = FittedCut.Fit(cut, model, settings, cancellationToken);
        fitted();
        return examples.With(cutWithSources, settings, cancellationToken);
    }
}
