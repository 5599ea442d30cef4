using RecSys.Trainer.Progress;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Trainings;

/// <summary>The stages of a training, in order, as watchers see them.</summary>
internal static class StageNames
{
    public const string Read = "read";
    public const string Split = "split";
    public const string Fit = "fit";
    public const string Evaluate = "evaluate";
    public const string Refit = "refit";
    public const string Similar = "similar";
    public const string Lists = "lists";
    public const string Store = "store";
    public const string Publish = "publish";

    // Weights are seconds of a training on 300,000 listens of 2,000 users and 5,000 tracks on two cores.
    private static readonly PlannedStage[] Before = [new(Read, 1)];
    private static readonly PlannedStage[] Measuring = [new(Split, 1), new(Fit, 4), new(Evaluate, 1)];
    private static readonly PlannedStage[] After = [new(Refit, 4), new(Similar, 2), new(Lists, 2), new(Store, 1), new(Publish, 0.2)];

    /// <summary>The stages that a training with these settings goes through.</summary>
    public static IReadOnlyList<PlannedStage> PlanOf(TrainingSettings settings) =>
        [.. Before, .. settings.Get(TrainingSettings.Evaluate) ? Measuring : [], .. After];
}
