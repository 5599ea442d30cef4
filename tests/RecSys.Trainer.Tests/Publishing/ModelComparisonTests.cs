using Grpc.Core;
using RecSys.Contracts.Trainer.V1;

namespace RecSys.Trainer.Tests.Publishing;

public sealed class ModelComparisonTests : IAsyncLifetime
{
    private TrainerHost _trainer = null!;

    public async ValueTask InitializeAsync()
    {
        _trainer = await TrainerHost.StartAsync();
        await _trainer.FillLakeAsync();
    }

    public ValueTask DisposeAsync() => _trainer.DisposeAsync();

    [Fact]
    public async Task A_version_that_learnt_little_is_worse_and_not_by_chance()
    {
        var (good, _) = await _trainer.TrainAsync(TrainerHost.Quick());
        var poorSettings = TrainerHost.Quick(("als.factors", "1"), ("als.iterations", "1"));
        poorSettings.SkipActivation = true;
        var (poor, _) = await _trainer.TrainAsync(poorSettings);

        var answer = await _trainer.Client.CompareModelsAsync(new CompareModelsRequest { ModelVersion = poor.ModelVersion });

        answer.BaseModelVersion.ShouldBe(good.ModelVersion, "nothing was named, so the active version");
        var personal = answer.Comparisons[0];
        personal.Paired.ShouldBeTrue();
        personal.Verdict.ShouldBe(ComparisonVerdict.Worse);
        personal.High.ShouldBeLessThan(0);
        var als = answer.Comparisons.Single(comparison => comparison is { Model: "als", Metric: "ndcg@20" });
        als.Verdict.ShouldBe(ComparisonVerdict.Worse);
        als.Difference.ShouldBe(poor.Metrics["als/ndcg@20"] - good.Metrics["als/ndcg@20"], 1e-12);
        var popularity = answer.Comparisons.Single(comparison => comparison is { Model: "popularity", Metric: "ndcg@20" });
        popularity.Verdict.ShouldBe(ComparisonVerdict.Noise);
        popularity.Difference.ShouldBe(0);
        answer.Comparisons.Single(comparison => comparison is { Model: "als", Metric: "coverage@20" }).Verdict.ShouldBe(ComparisonVerdict.Unknown);

        var turned = await _trainer.Client.CompareModelsAsync(
            new CompareModelsRequest { BaseModelVersion = poor.ModelVersion, ModelVersion = good.ModelVersion });
        turned.Comparisons[0].Verdict.ShouldBe(ComparisonVerdict.Better);
    }

    [Fact]
    public async Task Versions_that_are_unknown_or_were_not_measured_are_refused()
    {
        var (measured, _) = await _trainer.TrainAsync(TrainerHost.Quick());
        var (unmeasured, _) = await _trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")));

        var unknown = await Should.ThrowAsync<RpcException>(async () =>
            await _trainer.Client.CompareModelsAsync(new CompareModelsRequest { BaseModelVersion = "nothing", ModelVersion = measured.ModelVersion }));
        unknown.StatusCode.ShouldBe(StatusCode.NotFound);
        unknown.Status.Detail.ShouldContain("nothing");
        var without = await Should.ThrowAsync<RpcException>(async () => await _trainer.Client.CompareModelsAsync(
            new CompareModelsRequest { BaseModelVersion = measured.ModelVersion, ModelVersion = unmeasured.ModelVersion }));
        without.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        without.Status.Detail.ShouldContain($"{unmeasured.ModelVersion} was not measured");
        var empty = await Should.ThrowAsync<RpcException>(async () => await _trainer.Client.CompareModelsAsync(new CompareModelsRequest()));
        empty.StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task Users_who_came_later_are_measured_with_popular_tracks()
    {
        // Newcomers on the last day, each with a popular track, or with one that nobody else knows.
        var last = TrainerHost.Log.Listens.Max(listen => listen.ListenedAt);
        var popular = TrainerHost.Log.Listens.GroupBy(listen => listen.TrackId).MaxBy(track => track.Select(listen => listen.UserId).Distinct().Count())!.Key;
        await _trainer.Lake.AppendAsync([.. Enumerable.Range(0, 4).Select(n => new Lake.LakeListen(
            $"newcomer-{n}", n == 0 ? "unheard" : popular, last.AddSeconds(-n), null))]);

        var (model, _) = await _trainer.TrainAsync(TrainerHost.Quick());

        model.Metrics["cold/users"].ShouldBe(4);
        model.Metrics["cold/share-without-hit@100"].ShouldBe(0.25);
        model.Metrics["cold/mean-coverage@100"].ShouldBe(1);
        model.Metrics["cold/recall@100"].ShouldBe(0.75);
    }
}
