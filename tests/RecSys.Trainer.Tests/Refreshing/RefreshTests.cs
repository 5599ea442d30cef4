using Grpc.Core;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Artifacts;
using RecSys.Hosting.Errors;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Lake;
using RecSys.TestKit.Models;

namespace RecSys.Trainer.Tests.Refreshing;

public sealed class RefreshTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_refresh_takes_in_new_listens_without_a_new_fit()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();
        var (trained, _) = await trainer.TrainAsync(TrainerHost.Quick());
        var (listener, other) = (TrainerHost.Log.Listeners[0].UserId, TrainerHost.Log.Listeners[1].UserId);
        var before = await trainer.Models.ReadUserRecommendationsAsync(trained.ModelVersion, listener, CancellationToken.None);
        var wanted = before!.TrackIds[0];
        await trainer.Lake.AppendAsync(
        [
            new LakeListen(listener, wanted, Now),
            new LakeListen("newcomer", wanted, Now.AddMinutes(1)), new LakeListen("newcomer", before.TrackIds[1], Now.AddMinutes(4)),
            new LakeListen(listener, "new-track", Now.AddMinutes(3)), new LakeListen(other, "new-track", Now.AddMinutes(5)),
        ]);

        var (refreshed, progress) = await trainer.TrainAsync(new TrainModelRequest { Refresh = true });

        refreshed.Status.ShouldBe(ModelStatus.Ready, refreshed.Error);
        refreshed.Active.ShouldBeTrue();
        refreshed.BaseModelVersion.ShouldBe(trained.ModelVersion);
        refreshed.Settings.ShouldBe(trained.Settings, ignoreOrder: true);
        (refreshed.Metrics["refresh/users"], refreshed.Metrics["refresh/tracks"]).ShouldBe((3, 1));
        refreshed.UserCount.ShouldBe(trained.UserCount + 1);
        refreshed.TrackCount.ShouldBe(trained.TrackCount + 1);
        progress.Select(p => p.Stage).Where(stage => stage.Length > 0).Distinct().ShouldBe(["read", "fold-in", "store", "publish"]);

        (await ListOf(listener)).ShouldNotContain(wanted, "it has been heard now");
        (await ListOf("newcomer")).Length.ShouldBeGreaterThan(50);
        var unchanged = TrainerHost.Log.Listeners[2].UserId;
        (await ListOf(unchanged)).ShouldBe(
            (await trainer.Models.ReadUserRecommendationsAsync(trained.ModelVersion, unchanged, CancellationToken.None))!.TrackIds);
        (await trainer.Models.ReadPopularAsync(refreshed.ModelVersion, null, CancellationToken.None))
            .Single(track => track.TrackId == "new-track").ListenerCount.ShouldBe(2);
        (await trainer.Models.ReadNextAsync(refreshed.ModelVersion, wanted, CancellationToken.None))!.NextTrackIds.ShouldContain("new-track");
        (await trainer.Models.ReadSimilarAsync(refreshed.ModelVersion, "new-track", CancellationToken.None)).ShouldNotBeNull("its listeners are known");
        (await trainer.Models.ReadAllSimilarAsync(refreshed.ModelVersion, CancellationToken.None).CountAsync()).ShouldBe((int)refreshed.TrackCount);
        (await FactorsOf(refreshed.ModelVersion, unchanged)).ShouldBe(await FactorsOf(trained.ModelVersion, unchanged));
        (await FactorsOf(refreshed.ModelVersion, listener)).ShouldNotBe(await FactorsOf(trained.ModelVersion, listener));
        (await trainer.Artifacts.ReadTextsAsync(refreshed.ModelVersion, ArtifactNames.QualityUserIds, CancellationToken.None))
            .ShouldNotBeNull("the next training is compared with it");

        (await trainer.Client.RollbackModelAsync(new RollbackModelRequest())).Model.ModelVersion.ShouldBe(trained.ModelVersion);

        async Task<string[]> ListOf(string user) =>
            (await trainer.Models.ReadUserRecommendationsAsync(refreshed.ModelVersion, user, CancellationToken.None))!.TrackIds;

        async Task<float[]> FactorsOf(string version, string user)
        {
            var users = await trainer.Artifacts.ReadTextsAsync(version, ArtifactNames.UserIds, CancellationToken.None);
            var factors = await trainer.Artifacts.ReadMatrixAsync(version, ArtifactNames.AlsUserFactors, CancellationToken.None);
            return factors!.Row(Array.IndexOf(users!, user)).ToArray();
        }
    }

    [Fact]
    public async Task A_refresh_keeps_the_ranker_and_what_it_knows_of_tracks_under_their_new_indices()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();
        var (trained, _) = await trainer.TrainAsync(TrainerHost.Quick(
            ("ranker.enabled", "true"), ("ranker.windows", "1"), ("ranker.trees", "10"), ("ranker.enough_users", "0"), ("evaluation.enabled", "false")));
        var listener = TrainerHost.Log.Listeners[0].UserId;
        await trainer.Lake.AppendAsync([new LakeListen(listener, "a-new-track", Now)]);

        var (refreshed, _) = await trainer.TrainAsync(new TrainModelRequest { Refresh = true });

        refreshed.Status.ShouldBe(ModelStatus.Ready, refreshed.Error);
        var trees = await trainer.Artifacts.ReadBytesAsync(refreshed.ModelVersion, ArtifactNames.RankerTrees, CancellationToken.None);
        trees.ShouldNotBeNull().ShouldBe(await trainer.Artifacts.ReadBytesAsync(trained.ModelVersion, ArtifactNames.RankerTrees, CancellationToken.None));
        var (before, after) = (await StatisticsAsync(trained.ModelVersion), await StatisticsAsync(refreshed.ModelVersion));
        after.Count.ShouldBe(before.Count + 1);
        foreach (var (track, statistics) in before)
        {
            after[track].ShouldBe(statistics);
        }

        async Task<Dictionary<string, string>> StatisticsAsync(string version)
        {
            var tracks = await trainer.Artifacts.ReadTextsAsync(version, ArtifactNames.TrackIds, CancellationToken.None);
            var items = await trainer.Artifacts.ReadMatrixAsync(version, ArtifactNames.RankerItems, CancellationToken.None);
            var offsets = await trainer.Artifacts.ReadInt64Async(version, ArtifactNames.OffsetsOf(ArtifactNames.NextTracks), CancellationToken.None);
            var targets = await trainer.Artifacts.ReadInt32Async(version, ArtifactNames.TargetsOf(ArtifactNames.NextTracks), CancellationToken.None);
            return Enumerable.Range(0, tracks!.Length).ToDictionary(
                track => tracks[track],
                track => string.Join(' ', items!.Row(track).ToArray()) + ": "
                    + string.Join(' ', targets![(int)offsets![track]..(int)offsets[track + 1]].Select(target => tracks[target])));
        }
    }

    [Fact]
    public async Task Who_is_gone_from_the_lake_is_gone_from_the_refreshed_version()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();
        await trainer.Lake.AppendAsync([new LakeListen("leaver", TrainerHost.Log.Listens[0].TrackId, Now)]);
        var (trained, _) = await trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")));
        (await trainer.Models.ReadUserRecommendationsAsync(trained.ModelVersion, "leaver", CancellationToken.None)).ShouldNotBeNull();
        using var queries = new LakeQueries(trainer.Lake);
        (await new LakeUpkeep(queries).EraseAsync(Deletion.Of("leaver"), TestContext.Current.CancellationToken)).Rows.ShouldBe(1);

        var (refreshed, _) = await trainer.TrainAsync(new TrainModelRequest { Refresh = true });

        refreshed.Status.ShouldBe(ModelStatus.Ready, refreshed.Error);
        (await trainer.Models.ReadUserRecommendationsAsync(refreshed.ModelVersion, "leaver", CancellationToken.None)).ShouldBeNull();
        refreshed.UserCount.ShouldBe(trained.UserCount - 1);
    }

    [Fact]
    public async Task A_refresh_needs_an_active_version_and_takes_no_settings()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();

        (await RefusedAsync(new TrainModelRequest { Refresh = true })).Reason.ShouldBe("NO_ACTIVE_MODEL");
        var refused = await RefusedAsync(new TrainModelRequest { Refresh = true, Force = true, Settings = { ["als.factors"] = "8" } });
        refused.Violations.Select(violation => violation.Field).ShouldBe(["settings", "force"], ignoreOrder: true);

        async Task<RecSysException> RefusedAsync(TrainModelRequest request) =>
            (await Should.ThrowAsync<RpcException>(async () => await trainer.Client.TrainModelAsync(request))).ReadError().ShouldNotBeNull();
    }
}
