using RecSys.Algorithms.Als;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>
/// Makes the examples that the ranker learns from. The newest part of a log is cut off, sources are fitted to what is before, and
/// their candidates with features and with what they came to in the part are kept; then the part before that, and so on.
/// </summary>
internal sealed class CandidatesStage : IStage<CandidatesInput, ExampleRows>
{
    // A log of more has users enough, or takes too long to be looked at many times.
    private const int MaxListensOfManyParts = 1_000_000;

    /// <inheritdoc/>
    public Task<ExampleRows> RunAsync(CandidatesInput input, StageProgress progress, CancellationToken cancellationToken) =>
        Task.Run(() => Collect(input, progress, cancellationToken), cancellationToken);

    private static ExampleRows Collect(CandidatesInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var settings = input.Settings;
        var (count, share) = (settings.Get(RankerSettings.Windows), settings.Get(RankerSettings.LabelShare));
        var examples = ExampleRows.None;
        var part = 0;
        foreach (var split in LabelParts.Of(input.Log, input.HasOrder, share, count, settings.Get(TrainingSettings.Seed)))
        {
            part++;
            var isMore = part > count;
            if (isMore && (!RankerTraining.AreFew(examples.UserCount, settings) || input.Log.Listens.Count > MaxListensOfManyParts))
            {
                break;
            }

            if (split is null)
            {
                continue;
            }

            var what = isMore ? $"part {part}, few users so far" : $"part {part} of {count}";
            progress.Report(Math.Min(1, (part - 1.0) / count), $"{what}: fitting sources");
            var fitted = Math.Min(1, (part - 0.5) / count);
            examples = WithPart(split, examples, settings, () => progress.Report(fitted, $"{what}: candidates and features"), cancellationToken);
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
    private static ExampleRows WithPart(
        LabelSplit split, ExampleRows examples, TrainingSettings settings, Action fitted, CancellationToken cancellationToken)
    {
        // Half the iterations come so near that the ranker can't tell. Not from factors of later fits: these know the labels.
        var als = settings.AlsSettings();
        var model = AlsModel.Fit(split.Plays, als with { Iterations = (als.Iterations + 1) / 2 }, cancellationToken: cancellationToken);
        LargeHeap.Trim();
        var stand = RankingStand.Create(split, model, settings.SourceSettings(), cancellationToken);
        fitted();
        return examples.With(stand, settings, cancellationToken);
    }
}
