using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;
using RecSys.Trainer.Pipeline;

namespace RecSys.Trainer.Tests.Pipeline;

public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TrainerOptions Hourly = new() { RetrainEvery = TimeSpan.FromHours(1), RefreshEvery = TimeSpan.FromMinutes(10) };
    private static readonly TrainerOptions ByListens = new() { RetrainAfterListens = 100 };

    private static ScheduleState Trained(double minutesAgo, long rows = 1_000) =>
        new(Now.AddMinutes(-minutesAgo), 1_000, Now.AddMinutes(-minutesAgo), 1_000, null, rows);

    [Fact]
    public void Nothing_is_due_without_listens_or_options()
    {
        new ScheduleState(null, 0, null, 0, null, 0).Decide(Hourly, Now).Work.ShouldBe(DueWork.None);
        Trained(10_000, 1_000_000).Decide(new TrainerOptions(), Now).Work.ShouldBe(DueWork.None);
    }

    [Fact]
    public void The_first_training_is_due_as_soon_as_there_is_enough()
    {
        new ScheduleState(null, 0, null, 0, null, 1).Decide(Hourly, Now).Work.ShouldBe(DueWork.Training);
        new ScheduleState(null, 0, null, 0, null, 99).Decide(ByListens, Now).Work.ShouldBe(DueWork.None);
        new ScheduleState(null, 0, null, 0, null, 100).Decide(ByListens, Now).Work.ShouldBe(DueWork.Training);
    }

    [Fact]
    public void A_training_is_due_after_its_time_or_its_listens()
    {
        Trained(59.9).Decide(Hourly, Now).Work.ShouldBe(DueWork.None);
        Trained(60).Decide(Hourly, Now).Work.ShouldBe(DueWork.Training);
        Trained(0, rows: 1_099).Decide(ByListens, Now).Work.ShouldBe(DueWork.None);
        var (work, reason) = Trained(0, rows: 1_100).Decide(ByListens, Now);
        (work, reason).ShouldBe((DueWork.Training, "100 listens came since the last training"));
    }

    [Fact]
    public void A_refresh_is_due_after_its_time_when_the_lake_has_grown()
    {
        Trained(10).Decide(Hourly, Now).Work.ShouldBe(DueWork.None, "nothing is new");
        Trained(9.9, rows: 1_001).Decide(Hourly, Now).Work.ShouldBe(DueWork.None);
        Trained(10, rows: 1_001).Decide(Hourly, Now).Work.ShouldBe(DueWork.Refresh);
        Trained(60, rows: 1_001).Decide(Hourly, Now).Work.ShouldBe(DueWork.Training, "which takes in what a refresh would");
    }

    [Fact]
    public void After_a_failure_there_is_a_pause()
    {
        (Trained(60) with { LastFailedAt = Now.AddMinutes(-14) }).Decide(Hourly, Now).Work.ShouldBe(DueWork.None);
        (Trained(60) with { LastFailedAt = Now.AddMinutes(-15) }).Decide(Hourly, Now).Work.ShouldBe(DueWork.Training);
    }

    [Fact]
    public async Task A_trainer_trains_by_itself_and_refreshes_when_listens_come()
    {
        using var folder = new TempFolder("schedule");
        File.WriteAllText(folder.File("train.yaml"), "als: { factors: 8, iterations: 2 }\nevaluation.enabled: false\nranker.enabled: false\n");
        await using var trainer = await TrainerHost.StartAsync(
            ("Trainer:RetrainEvery", "1.00:00:00"), ("Trainer:RefreshEvery", "00:00:00.5"), ("Trainer:ScheduleInterval", "00:00:00.1"),
            ("Trainer:ScheduleSettings", folder.File("train.yaml")));
        await trainer.FillLakeAsync();

        var trained = await ActiveAsync("");
        trained.Settings["als.factors"].ShouldBe("8");
        await trainer.Lake.AppendAsync([new Lake.LakeListen("newcomer", TrainerHost.Log.Listens[0].TrackId, Now)]);

        var refreshed = await ActiveAsync(trained.ModelVersion);
        refreshed.BaseModelVersion.ShouldBe(trained.ModelVersion);
        refreshed.UserCount.ShouldBe(trained.UserCount + 1);

        async Task<Model> ActiveAsync(string after)
        {
            Model? active = null;
            await Wait.UntilAsync(
                async () =>
                {
                    active = (await trainer.Client.ListModelsAsync(new ListModelsRequest())).Models.FirstOrDefault(model => model.Active);
                    return active is not null && active.ModelVersion != after;
                },
                TimeSpan.FromSeconds(60),
                "another active version");
            return active!;
        }
    }
}
