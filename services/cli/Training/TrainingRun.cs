using Grpc.Core;
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
        var started = await trainer.TrainModelAsync(request, cancellationToken: cancellationToken);
        if (started.ResumedAfter.Length > 0)
        {
            console.WriteLine($"A training with the same settings was broken off; this one goes on after its stage '{started.ResumedAfter}'.");
        }

        using var watch = trainer.WatchTraining(new WatchTrainingRequest { ModelVersion = started.ModelVersion }, cancellationToken: cancellationToken);
        var end = await TrainingProgressView.RunAsync(console, watch.ResponseStream.ReadAllAsync(cancellationToken));
        return end.State == TrainingState.Failed
            ? throw new RpcException(new Status(StatusCode.Internal, $"the training failed in stage {end.Stage}: {end.Message}"))
            : (await trainer.GetModelAsync(new GetModelRequest { ModelVersion = started.ModelVersion }, cancellationToken: cancellationToken)).Model;
    }
}
