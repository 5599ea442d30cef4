using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Artifacts;

namespace RecSys.Trainer.Tests.Trainings;

/// <summary>Whole trainings on a small generated log.</summary>
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
    public async Task A_training_tells_its_stages_in_order_and_never_goes_back()
    {
        var (model, progress) = await _trainer.TrainAsync(TrainerHost.Quick());

        progress.ShouldAllBe(p => p.ModelVersion == model.ModelVersion && p.TotalDone >= 0 && p.TotalDone <= 1);
        progress.Select(p => p.TotalDone).ShouldBeInOrder();
        progress.Select(p => p.Stage).Where(stage => stage.Length > 0).Distinct()
            .ShouldBe(["read", "split", "models", "evaluate", "refit", "similar", "next", "lists", "store", "publish"]);
        progress[^1].State.ShouldBe(TrainingState.Succeeded);
        progress[^1].TotalDone.ShouldBe(1);
        progress.ShouldContain(p => p.Message.StartsWith("ALS, 16 factors"));
    }

    [Fact]
    public async Task A_version_knows_its_settings_and_sizes_and_becomes_active()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick(("seed", "7")));

        model.Active.ShouldBeTrue();
        model.Settings["als.factors"].ShouldBe("16");
        model.Settings["seed"].ShouldBe("7");
        model.Settings["blend.als"].ShouldBe("1", "defaults are kept as well");
        model.UserCount.ShouldBe(200);
        model.TrackCount.ShouldBeInRange(500, 600);
        model.InteractionCount.ShouldBeInRange(5_000, 20_000);
        model.TrainingTime.ToTimeSpan().ShouldBeGreaterThan(TimeSpan.Zero);
        (await _trainer.Client.GetModelAsync(new GetModelRequest())).Model.ShouldBe(model);
    }

    [Fact]
    public async Task Stored_lists_leave_out_what_was_heard_and_say_their_sources()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick(("lists.personal", "30")));

        foreach (var listens in TrainerHost.Log.Listens.GroupBy(listen => listen.UserId))
        {
            var list = (await _trainer.Models.ReadUserRecommendationsAsync(model.ModelVersion, listens.Key, CancellationToken.None)).ShouldNotBeNull();
            list.TrackIds.Length.ShouldBe(30);
            list.TrackIds.ShouldBeUnique();
            list.TrackIds.Intersect(listens.Select(listen => listen.TrackId)).ShouldBeEmpty();
            list.Scores.ShouldBeInOrder(SortDirection.Descending);
            list.Sources.ShouldAllBe(source => source == "als");
        }
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
    public async Task Similar_tracks_are_nearest_first_and_never_the_track_itself()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick(("similar.count", "10")));

        var lists = await _trainer.Models.ReadAllSimilarAsync(model.ModelVersion, CancellationToken.None).ToListAsync();
        lists.Count.ShouldBe((int)model.TrackCount);
        foreach (var list in lists)
        {
            list.SimilarTrackIds.Length.ShouldBe(10);
            list.SimilarTrackIds.ShouldNotContain(list.TrackId);
            list.Scores.ShouldBeInOrder(SortDirection.Descending);
            list.Scores.ShouldAllBe(score => score >= -1.0001f && score <= 1.0001f);
        }
    }

    [Fact]
    public async Task Next_tracks_are_the_likeliest_first_and_their_chances_are_shares()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick(("next.count", "10")));

        var followed = 0;
        foreach (var track in TrainerHost.Log.Listens.Select(listen => listen.TrackId).Distinct())
        {
            if (await _trainer.Models.ReadNextAsync(model.ModelVersion, track, CancellationToken.None) is { } next)
            {
                followed++;
                next.NextTrackIds.Length.ShouldBe(10);
                next.NextTrackIds.ShouldBeUnique();
                next.Probabilities.ShouldBeInOrder(SortDirection.Descending);
                next.Probabilities.ShouldAllBe(probability => probability > 0 && probability <= 1);
                next.Probabilities.Sum().ShouldBeLessThanOrEqualTo(1.0001f);
            }
        }

        followed.ShouldBeGreaterThan((int)model.TrackCount / 2);
        model.Metrics["markov/ndcg@20"].ShouldBeGreaterThan(0);
        model.Metrics["item-knn/ndcg@20"].ShouldBeGreaterThan(0);
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
    public async Task Popular_tracks_have_the_most_listeners()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick(("popular.count", "25")));

        var popular = await _trainer.Models.ReadPopularAsync(model.ModelVersion, null, CancellationToken.None);
        popular.Select(track => track.Rank).ShouldBe(Enumerable.Range(1, 25));
        var listeners = TrainerHost.Log.Listens.GroupBy(listen => listen.TrackId)
            .ToDictionary(listens => listens.Key, listens => listens.Select(listen => listen.UserId).Distinct().LongCount());
        popular.Select(track => track.ListenerCount).ShouldBe(listeners.Values.OrderDescending().Take(25));
        popular.ShouldAllBe(track => track.ListenerCount == listeners[track.TrackId] && track.PlayCount >= track.ListenerCount);
    }

    [Fact]
    public async Task Artifacts_hold_ids_factors_and_what_was_heard()
    {
        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick());
        var version = model.ModelVersion;

        var users = (await _trainer.Artifacts.ReadTextsAsync(version, ArtifactNames.UserIds, CancellationToken.None)).ShouldNotBeNull();
        var tracks = (await _trainer.Artifacts.ReadTextsAsync(version, ArtifactNames.TrackIds, CancellationToken.None)).ShouldNotBeNull();
        var userFactors = (await _trainer.Artifacts.ReadMatrixAsync(version, ArtifactNames.AlsUserFactors, CancellationToken.None)).ShouldNotBeNull();
        var trackFactors = (await _trainer.Artifacts.ReadMatrixAsync(version, ArtifactNames.AlsItemFactors, CancellationToken.None)).ShouldNotBeNull();
        var offsets = (await _trainer.Artifacts.ReadInt64Async(version, ArtifactNames.HeardOffsets, CancellationToken.None)).ShouldNotBeNull();
        var items = (await _trainer.Artifacts.ReadInt32Async(version, ArtifactNames.HeardItems, CancellationToken.None)).ShouldNotBeNull();
        var plays = (await _trainer.Artifacts.ReadInt32Async(version, ArtifactNames.HeardPlays, CancellationToken.None)).ShouldNotBeNull();

        (userFactors.RowCount, userFactors.ColumnCount).ShouldBe((users.Length, 16));
        (trackFactors.RowCount, trackFactors.ColumnCount).ShouldBe((tracks.Length, 16));
        offsets.Length.ShouldBe(users.Length + 1);
        items.Length.ShouldBe((int)model.InteractionCount);
        var expected = TrainerHost.Log.Listens.GroupBy(listen => (listen.UserId, listen.TrackId)).ToDictionary(cell => cell.Key, cell => cell.Count());
        for (var user = 0; user < users.Length; user++)
        {
            for (var at = offsets[user]; at < offsets[user + 1]; at++)
            {
                plays[at].ShouldBe(expected[(users[user], tracks[items[at]])]);
            }
        }
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
