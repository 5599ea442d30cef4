using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;

namespace RecSys.Trainer.Tests.Pipeline;

public sealed class DatabaseOutageTests
{
    [Fact]
    public async Task A_training_waits_for_a_database_that_goes_away_and_ends_well()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var trainer = await TrainerHost.StartAsync(
            ("Database:Provider", "postgres"), ("Database:ConnectionString", await server.CreateDatabaseAsync()));
        await trainer.FillLakeAsync();
        var version = (await trainer.Client.TrainModelAsync(
            TrainerHost.Quick(("evaluation.enabled", "false"), ("als.factors", "64"), ("als.iterations", "400")))).ModelVersion;
        using var watch = trainer.Client.WatchTraining(new WatchTrainingRequest { ModelVersion = version });

        await ReadUntilAsync(progress => progress.Stage == "refit");
        await server.StopAsync();
        await ReadUntilAsync(progress => progress.Stage == "store");
        await server.RestartAsync();
        var end = await ReadUntilAsync(progress => progress.State != TrainingState.Running);

        end.State.ShouldBe(TrainingState.Succeeded, end.Message);
        (await trainer.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion.ShouldBe(version);
        var similar = await trainer.Models.ReadAllSimilarAsync(version, CancellationToken.None).CountAsync();
        similar.ShouldBe((int)(await trainer.GetAsync(version)).TrackCount);

        async Task<TrainingProgress> ReadUntilAsync(Func<TrainingProgress, bool> isThere)
        {
            while (await watch.ResponseStream.MoveNext())
            {
                if (isThere(watch.ResponseStream.Current))
                {
                    return watch.ResponseStream.Current;
                }
            }

            throw new InvalidOperationException("The training ended before it was there.");
        }
    }

    [Fact]
    public async Task Without_a_database_calls_are_refused_with_a_delay_and_nothing_is_started()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var trainer = await TrainerHost.StartAsync(
            ("Database:Provider", "postgres"), ("Database:ConnectionString", await server.CreateDatabaseAsync()));
        await trainer.FillLakeAsync();
        await server.StopAsync();

        var train = await RefusedAsync(() => trainer.Client.TrainModelAsync(TrainerHost.Quick()));
        var list = await RefusedAsync(() => trainer.Client.ListModelsAsync(new ListModelsRequest()));
        train.Code.ShouldBe(StatusCode.Unavailable);
        train.RetryDelay.ShouldNotBeNull();
        list.Code.ShouldBe(StatusCode.Unavailable);

        await server.RestartAsync();
        (await trainer.TrainAsync(TrainerHost.Quick())).Model.Status.ShouldBe(ModelStatus.Ready);
    }

    private static async Task<Hosting.Errors.RecSysException> RefusedAsync<T>(Func<AsyncUnaryCall<T>> call) =>
        Hosting.Errors.RpcErrors.ReadError(await Should.ThrowAsync<RpcException>(async () => await call())).ShouldNotBeNull();
}
