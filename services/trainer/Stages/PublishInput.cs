using RecSys.Data.Models;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages;

/// <summary>What publishing needs.</summary>
/// <param name="ModelVersion">A version whose rows are all written.</param>
/// <param name="Result">What is known of the training.</param>
/// <param name="Quality">What is compared with the active version; empty when nothing was measured.</param>
/// <param name="Settings">How sure a refusal has to be.</param>
/// <param name="Activate">Whether to make it the active version.</param>
/// <param name="Force">Whether to do so even if it is worse.</param>
internal sealed record PublishInput(
    string ModelVersion, ModelResult Result, UserQuality Quality, TrainingSettings Settings, bool Activate, bool Force);
