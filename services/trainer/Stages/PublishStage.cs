using RecSys.Data.Models;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Compares a version with the active one, makes it ready or refuses it, and, if asked to, makes it the active one in one
/// transaction; tells the others.
/// </summary>
internal sealed class PublishStage(ModelStore models, ModelActivation activation, QualityGate gate, DatabasePatience patience)
    : IStage<PublishInput, string>
{
    /// <inheritdoc/>
    /// <returns>What became of it, for a person.</returns>
    public async Task<string> RunAsync(PublishInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "comparing it with the active version");
        var verdict = await gate.JudgeAsync(input.Quality, input.Settings, cancellationToken);
        var refusal = input.Force ? null : verdict.Refusal;
        var result = input.Result with
        {
            Metrics = input.Result.Metrics.Concat(verdict.Metrics).ToDictionary(pair => pair.Key, pair => pair.Value),
            Refusal = refusal,
        };
        progress.Report(0.3, "making the version ready");
        await patience.RunAsync(token => models.FinishAsync(input.ModelVersion, result, token), cancellationToken);
        if (refusal is not null)
        {
            return $"refused, not activated. {refusal}";
        }

        if (!input.Activate)
        {
            return "ready, not activated";
        }

        progress.Report(0.6, "activating the version");
        await patience.RunAsync(token => activation.ActivateAsync(input.ModelVersion, input.Force, token), cancellationToken);
        return "published";
    }
}
