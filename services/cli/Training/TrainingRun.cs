using Grpc.Core;
using RecSys.Cli.Output;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using Spectre.Console;
using Status = Grpc.Core.Status;

namespace RecSys.Cli.Training;

/// <summary>Starts a training and follows it to its end.</summary>
internal static class TrainingRun
{
    /// <returns>The finished version.</returns>
    /// <exception cref="RpcException">The training could not start or failed; the status says why.</exception>
    public static async Task<Model> CompleteAsync(
        TrainerService.TrainerServiceClient trainer, TrainModelRequest request, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var version = (await trainer.TrainModelAsync(request, cancellationToken: cancellationToken)).ModelVersion;
        await ProgressView.RunAsync(console, "Training", async report =>
        {
            using var watch = trainer.WatchTraining(new WatchTrainingRequest { ModelVersion = version }, cancellationToken: cancellationToken);
            await foreach (var progress in watch.ResponseStream.ReadAllAsync(cancellationToken))
            {
                report(progress.TotalDone, progress.State == TrainingState.Running ? $"{progress.Stage} {progress.Message}".TrimEnd() : version);
                if (progress.State == TrainingState.Failed)
                {
                    throw new RpcException(new Status(StatusCode.Internal, $"the training failed in stage {progress.Stage}: {progress.Message}"));
                }
            }

            return version;
        });
        return (await trainer.GetModelAsync(new GetModelRequest { ModelVersion = version }, cancellationToken: cancellationToken)).Model;
    }
}
