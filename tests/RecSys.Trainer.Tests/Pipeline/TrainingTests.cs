using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Artifacts;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>Whole trainings on a small generated log, each with settings of its own.</summary>
public sealed class TrainingTests : IAsyncLifetime
{
    private TrainerHost _trainer = null!;

    public async ValueTask InitializeAsync()
    {
        _trainer = await TrainerHost.StartAsync();
        await _trainer.FillLakeAsync();
    }

    public ValueTask DisposeAsync() => _trainer.DisposeAsync();

    [Fact]
    public async Task Als_beats_popularity_on_withheld_plays()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick(("als.factors", "32"), ("als.iterations", "10")));

        model.Status.ShouldBe(ModelStatus.Ready, model.Error);
        model.Metrics["data/test-users"].ShouldBeGreaterThan(50);
        model.Metrics["popularity/recall@20"].ShouldBeGreaterThan(0);
        model.Metrics["als/recall@20"].ShouldBeGreaterThan(1.5 * model.Metrics["popularity/recall@20"]);
        model.Metrics["als/ndcg@20"].ShouldBeGreaterThan(1.5 * model.Metrics["popularity/ndcg@20"]);
        model.Metrics["als/coverage@20"].ShouldBeGreaterThan(model.Metrics["popularity/coverage@20"]);
    }

    [Fact]
    public async Task A_catalogue_smaller_than_a_list_gives_shorter_lists()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick(("lists.personal", "1000")));

        var (user, heard) = TrainerHost.Log.Listens.GroupBy(listen => listen.UserId)
            .Select(listens => (listens.Key, listens.Select(listen => listen.TrackId).Distinct().Count())).First();
        var list = (await _trainer.Models.ReadUserRecommendationsAsync(model.ModelVersion, user, CancellationToken.None)).ShouldNotBeNull();
        list.TrackIds.Length.ShouldBe((int)model.TrackCount - heard);
        list.Scores.ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public async Task Where_als_is_off_neighbours_stand_in_for_it()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick(("models.als.enabled", "false"), ("models.user-knn.enabled", "true")));

        model.Status.ShouldBe(ModelStatus.Ready, model.Error);
        model.Metrics.Keys.ShouldNotContain("als/ndcg@20");
        model.Metrics["user-knn/ndcg@20"].ShouldBeGreaterThan(0);
        var user = TrainerHost.Log.Listeners[0].UserId;
        (await _trainer.Models.ReadUserRecommendationsAsync(model.ModelVersion, user, CancellationToken.None))!.Sources[0].ShouldBe("item-knn");
        (await _trainer.Artifacts.ReadMatrixAsync(model.ModelVersion, ArtifactNames.AlsItemFactors, CancellationToken.None))!
            .Values.ShouldAllBe(value => value == 0);
    }

    [Fact]
    public async Task Without_evaluation_nothing_is_withheld_and_measured()
    {
        var (model, progress) = await _trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")));

        model.Status.ShouldBe(ModelStatus.Ready);
        model.Metrics.Keys.ShouldNotContain(key => key.Contains('@'));
        model.Metrics["data/listens"].ShouldBe(TrainerHost.Log.Listens.Count, 200);
        progress.Select(p => p.Stage).ShouldNotContain("models");
    }

    [Fact]
    public async Task A_sample_of_users_is_measured_when_there_are_more()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick(("evaluation.users", "50")));

        model.Metrics["data/measured-users"].ShouldBe(50);
        model.Metrics["als/recall@20"].ShouldBeGreaterThan(0);
        model.Metrics.Keys.ShouldNotContain("als/coverage@20");
    }

    [Fact]
    public async Task The_same_lake_and_seed_give_the_same_lists()
    {
        var (first, _) = await _trainer.TrainAsync(TrainerHost.Quick(("threads", "1")));
        var (second, _) = await _trainer.TrainAsync(TrainerHost.Quick(("threads", "2")));

        second.Metrics["als/recall@20"].ShouldBe(first.Metrics["als/recall@20"]);
        foreach (var user in TrainerHost.Log.Listeners.Take(20).Select(listener => listener.UserId))
        {
            var one = await _trainer.Models.ReadUserRecommendationsAsync(first.ModelVersion, user, CancellationToken.None);
            var other = await _trainer.Models.ReadUserRecommendationsAsync(second.ModelVersion, user, CancellationToken.None);
            other!.TrackIds.ShouldBe(one!.TrackIds);
        }
    }
}
