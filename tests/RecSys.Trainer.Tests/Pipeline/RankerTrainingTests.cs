using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Trees;
using RecSys.Data.Artifacts;
using RecSys.Data.Histories;
using RecSys.Lake;

namespace RecSys.Trainer.Tests.Pipeline;

public sealed class RankerTrainingTests
{
    [Fact]
    public async Task A_version_has_a_ranker_that_is_measured_beside_every_source_and_all_that_it_needs()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();
        await trainer.Host.Services.GetRequiredService<TrackStore>().PutAsync(
            [.. TrainerHost.Log.Tracks.Select(t => new TrackRow(t.TrackId, t.Title, t.Artist, t.Album, [.. t.Genres]))], default);

        var (model, _) = await trainer.TrainAsync(TrainerHost.Quick(("ranker.enabled", "true"), ("ranker.windows", "2"), ("ranker.trees", "60"), ("ranker.enough_users", "0")));

        model.Status.ShouldBe(Contracts.Trainer.V1.ModelStatus.Ready, model.Error);
        var version = model.ModelVersion;
        var trees = await trainer.Artifacts.ReadBytesAsync(version, ArtifactNames.RankerTrees, default);
        var ensemble = TreeEnsemble.Parse(trees);
        ensemble.FeatureCount.ShouldBe(FeatureBuilder.FeatureCount);
        model.Metrics["ranker/trees"].ShouldBe(ensemble.TreeCount);
        foreach (var source in new[] { "als", "similar", "popular", "item-neighbors", "user-neighbors", "next" })
        {
            model.Metrics[$"source-{source}/ranker-lead/low"].ShouldBeLessThanOrEqualTo(model.Metrics[$"source-{source}/ranker-lead/high"]);
        }

        // Popularity proves the measurement; the lists of a trained ranker beat it by far.
        model.Metrics["ranker/ndcg@10"].ShouldBeGreaterThan(1.5 * model.Metrics["source-popular/ndcg@10"]);

        // The final lists are measured as the models are, and versions are compared by them: their mean over users is what is kept.
        model.Metrics["ranker/recall@20"].ShouldBeInRange(model.Metrics["ranker/recall@20/low"], model.Metrics["ranker/recall@20/high"]);
        var quality = (await trainer.Artifacts.ReadMatrixAsync(version, ArtifactNames.Quality, default))!;
        quality.RowCount.ShouldBe((int)model.Metrics["data/measured-users"]);
        Enumerable.Range(0, quality.RowCount).Average(user => quality.Row(user)[0]).ShouldBe((float)model.Metrics["ranker/ndcg@20"], 1e-4f);
        (await trainer.Artifacts.ReadTextsAsync(version, ArtifactNames.RankerFeatures, default))
            .ShouldBe(RankingFeatures.All.Select(feature => feature.Name));
        var items = (await trainer.Artifacts.ReadMatrixAsync(version, ArtifactNames.RankerItems, default))!;
        items.RowCount.ShouldBe((int)model.TrackCount);
        (await trainer.Artifacts.ReadInt64Async(version, ArtifactNames.OffsetsOf(ArtifactNames.NextTracks), default))!
            .Length.ShouldBe(items.RowCount + 1);
        var picture = Encoding.UTF8.GetString((await trainer.Artifacts.ReadBytesAsync(version, ArtifactNames.RankerImportance, default))!);
        picture.ShouldStartWith("<svg");
        var list = await trainer.Models.ReadUserRecommendationsAsync(version, TrainerHost.Log.Listens[0].UserId, default);
        list!.TrackIds.Length.ShouldBe(100);
        list.Sources.Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_log_without_times_gets_a_ranker_that_learns_from_drawn_labels()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.Lake.AppendAsync(
            [
                .. TrainerHost.Log.Listens.GroupBy(listen => (listen.UserId, listen.TrackId)).Select(
                    plays => new LakeListen(plays.Key.UserId, plays.Key.TrackId, LakeListen.UnknownTime, PlayCount: plays.Count())),
            ]);

        var (model, _) = await trainer.TrainAsync(TrainerHost.Quick(
            ("ranker.enabled", "true"), ("ranker.windows", "2"), ("ranker.trees", "60"), ("ranker.enough_users", "0")));

        model.Status.ShouldBe(Contracts.Trainer.V1.ModelStatus.Ready, model.Error);
        model.Metrics["ranker/trees"].ShouldBeGreaterThan(0);
        model.Metrics["ranker/ndcg@10"].ShouldBeGreaterThan(1.5 * model.Metrics["source-popular/ndcg@10"]);
        model.Metrics.Keys.ShouldNotContain(key => key.StartsWith("source-next/", StringComparison.Ordinal), "nothing says what came after what");
        var list = await trainer.Models.ReadUserRecommendationsAsync(model.ModelVersion, TrainerHost.Log.Listens[0].UserId, default);
        list!.Sources.Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task The_same_settings_give_the_same_ranker()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();
        var request = TrainerHost.Quick(
            ("ranker.enabled", "true"), ("ranker.windows", "1"), ("ranker.trees", "20"), ("ranker.enough_users", "500"), ("evaluation.enabled", "false"));
        var first = (await trainer.TrainAsync(request)).Model.ModelVersion;
        var second = (await trainer.TrainAsync(request)).Model.ModelVersion;
        second.ShouldNotBe(first);
        (await trainer.Artifacts.ReadBytesAsync(second, ArtifactNames.RankerTrees, default))
            .ShouldBe(await trainer.Artifacts.ReadBytesAsync(first, ArtifactNames.RankerTrees, default));
    }

    [Fact]
    public async Task With_many_users_those_who_listened_last_get_ranked_lists_and_the_others_those_of_als()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();
        var (model, _) = await trainer.TrainAsync(TrainerHost.Quick(
            ("ranker.enabled", "true"), ("ranker.windows", "1"), ("ranker.trees", "20"), ("ranker.enough_users", "0"), ("evaluation.enabled", "false"),
            ("ranker.list_users", "1"), ("similar.tracks", "100")));

        var users = TrainerHost.Log.Listens.GroupBy(listen => listen.UserId).OrderByDescending(own => own.Max(listen => listen.ListenedAt)).ToArray();
        var latest = await trainer.Models.ReadUserRecommendationsAsync(model.ModelVersion, users[0].Key, default);
        latest!.Sources.ShouldContain(source => source != "als" && source != "popular");
        var other = await trainer.Models.ReadUserRecommendationsAsync(model.ModelVersion, users[^1].Key, default);
        other!.TrackIds.Length.ShouldBe(100);
        other.Sources.ShouldAllBe(source => source == "als" || source == "popular");

        var tracks = TrainerHost.Log.Listens.Select(listen => listen.TrackId).Distinct().ToArray();
        var popular = (await trainer.Models.ReadPopularAsync(model.ModelVersion, 100, default)).Select(track => track.TrackId).ToHashSet();
        var withLists = new HashSet<string>();
        foreach (var track in tracks)
        {
            if (await trainer.Models.ReadSimilarAsync(model.ModelVersion, track, default) is { SimilarTrackIds.Length: > 0 } similar)
            {
                withLists.Add(track);
                similar.SimilarTrackIds.ShouldBeSubsetOf(popular);
            }
        }

        withLists.ShouldBe(popular, ignoreOrder: true);
    }
}
