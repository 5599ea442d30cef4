namespace RecSys.Trainer.Trainings;

/// <summary>A training that has begun.</summary>
/// <param name="ModelVersion">The version that it makes.</param>
/// <param name="ResumedAfter">The last stage that an earlier training had finished; empty when it begins afresh.</param>
internal sealed record StartedTraining(string ModelVersion, string ResumedAfter);
