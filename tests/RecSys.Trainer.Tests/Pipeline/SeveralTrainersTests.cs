using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data;
using RecSys.Hosting.Errors;
using RecSys.TestKit;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>Two trainers on one database and one lake, as two replicas are.</summary>
public sealed class SeveralTrainersTests(PostgresFixture postgres)
{
    [Fact]
    public async Task One_trains_at_a_time_and_both_can_be_asked_about_it()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await TrainerHost.StartAsync(("Database:Provider", "postgres"), ("Database:ConnectionString", database));
        await first.FillLakeAsync();
        await using var second = await TrainerHost.StartAsync(
            ("Database:Provider", "postgres"), ("Database:ConnectionString", database), ("Lake:Root", first.Lake.RootFolder));
        var version = (await first.Client.TrainModelAsync(TrainerHost.Quick(("als.factors", "64"), ("als.iterations", "200")))).ModelVersion;

        var refused = (await Should.ThrowAsync<RpcException>(async () => await second.Client.TrainModelAsync(TrainerHost.Quick())))
            .ReadError().ShouldNotBeNull();
        refused.Code.ShouldBe(StatusCode.Aborted);
        refused.Message.ShouldContain(version, Case.Sensitive, "it says which training runs");

        // Started in the middle of it: a third does not take the version for one that was left behind.
        await using (var third = await TrainerHost.StartAsync(("Database:Provider", "postgres"), ("Database:ConnectionString", database)))
        {
            (await third.GetAsync(version)).Status.ShouldNotBe(ModelStatus.Failed);
        }

        var seen = await second.WatchAsync(version);
        seen[^1].State.ShouldBe(TrainingState.Succeeded);
        (await second.TrainAsync(TrainerHost.Quick())).Model.Status.ShouldBe(ModelStatus.Ready);
    }

    [Fact]
    public async Task A_trainer_that_only_hands_over_does_not_keep_the_next_training_from_beginning()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var trainer = await TrainerHost.StartAsync(("Database:Provider", "postgres"), ("Database:ConnectionString", database));
        await trainer.FillLakeAsync();

        // As another trainer does that has made its version ready and now activates it: no version is in training any more.
        Task<(Model Model, List<TrainingProgress> Progress)> next;
        await using (await trainer.Host.Services.GetRequiredService<TrainerLock>().TryAcquireAsync(default))
        {
            next = trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")));
            (await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(1)))).ShouldNotBe(next, "it waits, and isn't refused");
        }

        (await next).Model.Status.ShouldBe(ModelStatus.Ready);
    }

    [Fact]
    public async Task A_training_that_loses_its_lock_to_another_trainer_stops_and_says_so()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var trainer = await TrainerHost.StartAsync(("Database:Provider", "postgres"), ("Database:ConnectionString", database));
        await trainer.FillLakeAsync();
        var version = (await trainer.Client.TrainModelAsync(TrainerHost.Quick(("als.factors", "64"), ("als.iterations", "1000")))).ModelVersion;

        // Another trainer waits for the lock when the connection that holds it is killed.
        const string Locks = "FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        await using var source = NpgsqlDataSource.Create(database);
        await using var other = await source.OpenConnectionAsync();
        var key = await ScalarAsync(source, $"SELECT (classid::bigint << 32) | objid::bigint {Locks} AND granted");
        await using var takeOver = new NpgsqlCommand($"SELECT pg_advisory_lock({key})", other);
        var takenOver = takeOver.ExecuteNonQueryAsync();
        await Wait.UntilAsync(
            async () => await ScalarAsync(source, $"SELECT count(*) {Locks} AND NOT granted") is 1L, TimeSpan.FromSeconds(30), "another trainer waits");
        await ScalarAsync(source, $"SELECT count(pg_terminate_backend(pid)) {Locks} AND granted");
        await takenOver;

        var end = (await trainer.WatchAsync(version))[^1];
        end.State.ShouldBe(TrainingState.Failed);
        end.Message.ShouldContain("Another trainer began a training");
    }

    [Fact]
    public async Task Calls_are_answered_while_a_training_uses_every_core()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();
        var request = TrainerHost.Quick(("threads", "0"), ("als.factors", "128"), ("als.iterations", "300"), ("evaluation.enabled", "false"));
        var version = (await trainer.Client.TrainModelAsync(request)).ModelVersion;

        // As many callers as a small pool has threads would all wait behind the kernels.
        var calls = Enumerable.Range(0, 32).Select(async _ => await trainer.Client.ListModelsAsync(
            new ListModelsRequest(), deadline: DateTime.UtcNow.AddSeconds(10)));
        var answers = await Task.WhenAll(calls);

        answers.ShouldAllBe(answer => answer.Models.Single().ModelVersion == version);
        (await trainer.WatchAsync(version))[^1].State.ShouldBe(TrainingState.Succeeded);
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
