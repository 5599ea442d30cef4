using RecSys.Algorithms.Als;

namespace RecSys.Trainer.Settings;

/// <summary>What a training does when nobody says otherwise, for those who fit and measure models without one.</summary>
public static class TrainingDefaults
{
    /// <summary>The settings of implicit ALS, those under <c>als.</c> in <c>docs/training.md</c>.</summary>
    public static AlsOptions Als { get; } = TrainingSettings.Read(new Dictionary<string, string>()).AlsOptions();
}
