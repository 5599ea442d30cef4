using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>The trainer as a process of its own that is told to end at work. What a kill does is tested with serving running, end to end.</summary>
public sealed class StoppedTrainerTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_stopped_trainer_marks_its_training_as_failed_and_says_why()
    {
        using var folder = new TempFolder("stopped");
        await using var database = await SampleDatabase.CreatePostgresAsync(await postgres.CreateDatabaseAsync());
        using (var lake = new Lake.ListenLake(folder.File("lake"), database.Segments))
        {
            await lake.AppendAsync(TrainerHost.Log.Listens);
        }

        string stopped;
        await using (var trainer = await TrainerProcess.StartAsync(folder, database))
        {
            stopped = (await trainer.Client.TrainModelAsync(TrainerHost.Quick(("als.iterations", "1000"), ("als.factors", "256")))).ModelVersion;
            await trainer.WatchAsync(stopped, progress => progress.Stage == "models");
        }

        var model = (await database.Models.GetAsync(stopped, CancellationToken.None)).ShouldNotBeNull();
        model.Status.ShouldBe(Data.Models.ModelStatus.Failed);
        model.Error.ShouldNotBeNull().ShouldContain("stopped");
    }
}
