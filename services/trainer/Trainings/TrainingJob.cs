using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Trainings;

/// <summary>One training to be done.</summary>
/// <param name="ModelVersion">The version that it makes.</param>
/// <param name="Settings">All its settings.</param>
/// <param name="Activate">Whether the version becomes the active one.</param>
/// <param name="Force">Whether it does so even if it is measured to be worse than the active one.</param>
internal sealed record TrainingJob(string ModelVersion, TrainingSettings Settings, bool Activate, bool Force);
