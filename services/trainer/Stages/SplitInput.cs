using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages;

/// <summary>What the split needs.</summary>
/// <param name="Log">The whole log.</param>
/// <param name="TestShare">Share of the cells to withhold, above 0 and below 1.</param>
/// <param name="TestDays">The last days of the log to withhold instead, when above 0.</param>
internal sealed record SplitInput(TrainingLog Log, double TestShare, int TestDays)
{
    /// <summary>As the settings say.</summary>
    public static SplitInput Of(TrainingLog log, TrainingSettings settings) =>
        new(log, settings.Get(TrainingSettings.TestShare), settings.Get(TrainingSettings.TestDays));
}
