using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Trainings;

/// <summary>
/// Runs the stages of a training one after another, after those that an earlier training with the same settings has finished.
/// Nobody sees anything of the version before the last one.
/// </summary>
internal sealed class TrainingPipeline(TimeProvider clock, ILogger<TrainingPipeline> logger)
{
    /// <summary>Trains a version whose record exists.</summary>
    /// <param name="job">What to train.</param>
    /// <param name="stages">All stages, in order.</param>
    /// <param name="times">Receives how long each took.</param>
    /// <param name="checkpoint">What is finished already, and where the rest is kept.</param>
    /// <param name="reporter">Receives the progress.</param>
    /// <param name="cancellationToken">Ends the training early; what is finished stays in the work folder.</param>
    public async Task RunAsync(
        TrainingJob job,
        IReadOnlyList<PipelineStage> stages,
        StageTimes times,
        TrainingCheckpoint checkpoint,
        TrainingReporter reporter,
        CancellationToken cancellationToken)
    {
        var values = new StageValues(job.Settings, checkpoint);
        var toCome = stages.SkipWhile(stage => checkpoint.IsFinished(stage.Name)).ToArray();
        if (toCome.Length < stages.Count)
        {
            var last = stages[stages.Count - toCome.Length - 1].Name;
            reporter.Begin(last).Report(1, $"going on after stage {last}, which an earlier training finished");
            TrainerLog.TrainingResumed(logger, job.ModelVersion, last, checkpoint.BegunAt);
        }

        for (var i = 0; i < toCome.Length; i++)
        {
            var stage = toCome[i];
            var begun = clock.GetTimestamp();
            var progress = reporter.Begin(stage.Name);
            await stage.Run(values, progress, cancellationToken);
            var time = clock.GetElapsedTime(begun);
            if (stage.Outputs.Count > 0)
            {
                await Task.Run(() => values.Keep(stage, time), cancellationToken);
            }

            values.Release(toCome[(i + 1)..]);
            if (i < toCome.Length - 1)
            {
                LargeHeap.Trim();
            }

            times.Add(stage.Name, time);
            progress.Report(1);
            TrainerLog.StageDone(logger, job.ModelVersion, stage.Name, progress.Message, time.TotalSeconds);
        }
    }
}
