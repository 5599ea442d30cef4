using RecSys.Data.Models;

namespace RecSys.Trainer.Stages;

/// <summary>What publishing needs.</summary>
/// <param name="ModelVersion">A version whose rows are all written.</param>
/// <param name="Result">What is known of the training.</param>
/// <param name="Activate">Whether to make it the active version.</param>
internal sealed record PublishInput(string ModelVersion, ModelResult Result, bool Activate);
