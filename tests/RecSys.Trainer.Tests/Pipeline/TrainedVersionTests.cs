using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Artifacts;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>What a training leaves behind: one version, which all of these only look at.</summary>
public sealed class TrainedVersionTests(TrainedVersion trained) : IClassFixture<TrainedVersion>
{
    [Fact]
    public void A_training_tells_its_stages_in_order_and_never_goes_back()
    {
        trained.Progress.ShouldAllBe(p => p.ModelVersion == trained.Model.ModelVersion && p.TotalDone >= 0 && p.TotalDone <= 1);
        trained.Progress.Select(p => p.TotalDone).ShouldBeInOrder();
        trained.Progress.Select(p => p.Stage).Where(stage => stage.Length > 0).Distinct()
            .ShouldBe(["read", "split", "models", "evaluate", "refit", "similar", "next", "lists", "store", "publish"]);
        trained.Progress[^1].State.ShouldBe(TrainingState.Succeeded);
        trained.Progress[^1].TotalDone.ShouldBe(1);
        trained.Progress.ShouldContain(p => p.Message.StartsWith("ALS, 16 factors"));
    }

    [Fact]
    public async Task A_version_knows_its_settings_and_sizes_and_becomes_active()
    {
        trained.Model.Active.ShouldBeTrue();
        trained.Model.Settings["als.factors"].ShouldBe("16");
        trained.Model.Settings["seed"].ShouldBe("7");
        trained.Model.Settings["blend.als"].ShouldBe("1", "defaults are kept as well");
        trained.Model.UserCount.ShouldBe(200);
        trained.Model.TrackCount.ShouldBeInRange(500, 600);
        trained.Model.InteractionCount.ShouldBeInRange(5_000, 20_000);
        trained.Model.TrainingTime.ToTimeSpan().ShouldBeGreaterThan(TimeSpan.Zero);
        (await trained.Trainer.Client.GetModelAsync(new GetModelRequest())).Model.ShouldBe(trained.Model);
    }

    [Fact]
    public async Task Stored_lists_leave_out_what_was_heard_and_say_their_sources()
    {
        foreach (var listens in TrainerHost.Log.Listens.GroupBy(listen => listen.UserId))
        {
            var list = (await trained.Trainer.Models.ReadUserRecommendationsAsync(trained.Model.ModelVersion, listens.Key, CancellationToken.None)).ShouldNotBeNull();
            list.TrackIds.Length.ShouldBe(30);
            list.TrackIds.ShouldBeUnique();
            list.TrackIds.Intersect(listens.Select(listen => listen.TrackId)).ShouldBeEmpty();
            list.Scores.ShouldBeInOrder(SortDirection.Descending);
            list.Sources.ShouldAllBe(source => source == "als");
        }
    }

    [Fact]
    public async Task Similar_tracks_are_nearest_first_and_never_the_track_itself()
    {
        var lists = await trained.Trainer.Models.ReadAllSimilarAsync(trained.Model.ModelVersion, CancellationToken.None).ToListAsync();
        lists.Count.ShouldBe((int)trained.Model.TrackCount);
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
        var followed = 0;
        foreach (var track in TrainerHost.Log.Listens.Select(listen => listen.TrackId).Distinct())
        {
            if (await trained.Trainer.Models.ReadNextAsync(trained.Model.ModelVersion, track, CancellationToken.None) is { } next)
            {
                followed++;
                next.NextTrackIds.Length.ShouldBe(10);
                next.NextTrackIds.ShouldBeUnique();
                next.Probabilities.ShouldBeInOrder(SortDirection.Descending);
                next.Probabilities.ShouldAllBe(probability => probability > 0 && probability <= 1);
                next.Probabilities.Sum().ShouldBeLessThanOrEqualTo(1.0001f);
            }
        }

        followed.ShouldBeGreaterThan((int)trained.Model.TrackCount / 2);
        trained.Model.Metrics["markov/ndcg@20"].ShouldBeGreaterThan(0);
        trained.Model.Metrics["item-knn/ndcg@20"].ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Popular_tracks_have_the_most_listeners()
    {
        var popular = await trained.Trainer.Models.ReadPopularAsync(trained.Model.ModelVersion, null, CancellationToken.None);
        popular.Select(track => track.Rank).ShouldBe(Enumerable.Range(1, 25));
        var listeners = TrainerHost.Log.Listens.GroupBy(listen => listen.TrackId)
            .ToDictionary(listens => listens.Key, listens => listens.Select(listen => listen.UserId).Distinct().LongCount());
        popular.Select(track => track.ListenerCount).ShouldBe(listeners.Values.OrderDescending().Take(25));
        popular.ShouldAllBe(track => track.ListenerCount == listeners[track.TrackId] && track.PlayCount >= track.ListenerCount);
    }

    [Fact]
    public async Task Artifacts_hold_ids_factors_and_what_was_heard()
    {
        var version = trained.Model.ModelVersion;

        var users = (await trained.Trainer.Artifacts.ReadTextsAsync(version, ArtifactNames.UserIds, CancellationToken.None)).ShouldNotBeNull();
        var tracks = (await trained.Trainer.Artifacts.ReadTextsAsync(version, ArtifactNames.TrackIds, CancellationToken.None)).ShouldNotBeNull();
        var userFactors = (await trained.Trainer.Artifacts.ReadMatrixAsync(version, ArtifactNames.AlsUserFactors, CancellationToken.None)).ShouldNotBeNull();
        var trackFactors = (await trained.Trainer.Artifacts.ReadMatrixAsync(version, ArtifactNames.AlsItemFactors, CancellationToken.None)).ShouldNotBeNull();
        var offsets = (await trained.Trainer.Artifacts.ReadInt64Async(version, ArtifactNames.HeardOffsets, CancellationToken.None)).ShouldNotBeNull();
        var items = (await trained.Trainer.Artifacts.ReadInt32Async(version, ArtifactNames.HeardItems, CancellationToken.None)).ShouldNotBeNull();
        var plays = (await trained.Trainer.Artifacts.ReadInt32Async(version, ArtifactNames.HeardPlays, CancellationToken.None)).ShouldNotBeNull();

        (userFactors.RowCount, userFactors.ColumnCount).ShouldBe((users.Length, 16));
        (trackFactors.RowCount, trackFactors.ColumnCount).ShouldBe((tracks.Length, 16));
        offsets.Length.ShouldBe(users.Length + 1);
        items.Length.ShouldBe((int)trained.Model.InteractionCount);
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
    public void Every_metric_of_a_model_has_its_interval_around_it()
    {
        foreach (var name in (string[])["als/recall@5", "als/precision@5", "als/ndcg@20", "popularity/recall@20"])
        {
            trained.Model.Metrics[name].ShouldBeInRange(trained.Model.Metrics[name + "/low"], trained.Model.Metrics[name + "/high"], name);
            trained.Model.Metrics[name + "/high"].ShouldBeGreaterThan(trained.Model.Metrics[name + "/low"], name);
        }
    }
}
