using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Models;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>A database that is there and refuses to be written, as on a full disk.</summary>
public sealed class UnrecordedFailureTests
{
    [Fact]
    public async Task A_training_whose_failure_cannot_be_recorded_ends_all_the_same_and_the_next_one_clears_up()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();
        await ExecuteAsync(trainer, """
            CREATE TRIGGER full_for_rows BEFORE INSERT ON user_recommendations BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;
            CREATE TRIGGER full_for_failure BEFORE UPDATE ON model_versions BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;
            """);

        var version = (await trainer.Client.TrainModelAsync(TrainerHost.Quick(("evaluation.enabled", "false")))).ModelVersion;
        var end = (await trainer.WatchAsync(version))[^1];
        await ExecuteAsync(trainer, "DROP TRIGGER full_for_rows; DROP TRIGGER full_for_failure;");
        var (next, progress) = await trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")));

        end.State.ShouldBe(TrainingState.Failed);
        end.Message.ShouldContain("the disk is full");
        progress[^1].State.ShouldBe(TrainingState.Succeeded, progress[^1].Message);
        next.Active.ShouldBeTrue();
        (await trainer.Models.GetAsync(version, CancellationToken.None)).ShouldNotBeNull().Status.ShouldBe(ModelStatus.Failed);
    }

    private static async Task ExecuteAsync(TrainerHost trainer, string sql)
    {
        await using var connection = new SqliteConnection(trainer.Host.Services.GetRequiredService<IConfiguration>()["Database:ConnectionString"]);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
