using RecSys.Data.Models;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;

namespace RecSys.Trainer.Steps;

/// <summary>
/// Compares a version with the active one, makes it ready or refuses it, and, if asked to, makes it the active one in one
/// transaction; tells the others.
/// </summary>
internal sealed class PublishStep(ModelStore models, ModelActivation activation, QualityGate gate, DatabasePatience patience)
{
    /// <param name="job">The training; all rows of its version are written.</param>
    /// <param name="log">All plays.</param>
    /// <param name="measurement">What was measured, and what is compared with the active version.</param>
    /// <param name="steps">How long the training took.</param>
    /// <param name="progress">Receives how far it is, and at the end what became of the version.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public async Task RunAsync(
        TrainingJob job, TrainingLog log, Measurement measurement, TrainingSteps steps, StepProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "comparing it with the active version");
        var verdict = await gate.JudgeAsync(measurement.Users, job.Settings, cancellationToken);
        var refusal = job.Force ? null : verdict.Refusal;
        var metrics = measurement.Metrics.Concat(steps.Times).Concat(verdict.Metrics).ToDictionary();
        metrics["data/listens"] = log.ListenCount;
        metrics["data/rows"] = log.RowCount;
        progress.Report(0.3, "making the version ready");
        var result = new ModelResult(metrics, log.UserIds.Length, log.TrackIds.Length, log.Plays.CellCount, steps.TotalTime) { Refusal = refusal };
        await patience.RunAsync(token => models.FinishAsync(job.ModelVersion, result, token), cancellationToken);
        if (refusal is not null)
        {
            progress.Report(1, $"refused, not activated. {refusal}");
            return;
        }

        if (!job.Activate)
        {
            progress.Report(1, "ready, not activated");
            return;
        }

        progress.Report(0.6, "activating the version");
        await patience.RunAsync(token => activation.ActivateAsync(job.ModelVersion, job.Force, token), cancellationToken);
        progress.Report(1, "published");
    }
}
