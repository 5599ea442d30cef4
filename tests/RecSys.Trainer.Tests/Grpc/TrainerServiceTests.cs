using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Trainer.Tests.Grpc;

public sealed class TrainerServiceTests : IAsyncLifetime
{
    private TrainerHost _trainer = null!;

    public async ValueTask InitializeAsync() => _trainer = await TrainerHost.StartAsync();

    public ValueTask DisposeAsync() => _trainer.DisposeAsync();

    [Fact]
    public async Task A_lake_without_listens_is_not_trained_on_and_the_error_says_what_to_do()
    {
        await _trainer.ShowAsync(DateTimeOffset.UtcNow);

        var error = await RefusedAsync(() => _trainer.Client.TrainModelAsync(TrainerHost.Quick()));

        error.Code.ShouldBe(StatusCode.FailedPrecondition);
        error.Reason.ShouldBe("NO_LISTENS");
        error.Message.ShouldContain("recsys import");
        (await ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Unknown_settings_are_refused_by_name_and_no_version_is_made()
    {
        await _trainer.FillLakeAsync();

        var error = await RefusedAsync(() => _trainer.Client.TrainModelAsync(TrainerHost.Quick(("als.factors", "many"), ("als.magic", "1"))));

        error.Code.ShouldBe(StatusCode.InvalidArgument);
        error.Violations.Select(violation => violation.Field).ShouldBe(["settings[als.factors]", "settings[als.magic]"]);
        (await ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_training_is_aborted_while_one_runs()
    {
        await _trainer.FillLakeAsync();
        var version = (await _trainer.Client.TrainModelAsync(TrainerHost.Quick(("als.iterations", "200")))).ModelVersion;

        var error = await RefusedAsync(() => _trainer.Client.TrainModelAsync(TrainerHost.Quick()));

        error.Code.ShouldBe(StatusCode.Aborted);
        error.Message.ShouldStartWith($"Version {version} has been in training since 20");
        (await _trainer.WatchAsync(version))[^1].State.ShouldBe(TrainingState.Succeeded);
        (await _trainer.TrainAsync(TrainerHost.Quick())).Model.Status.ShouldBe(ModelStatus.Ready, "afterwards the next one may begin");
    }

    [Fact]
    public async Task Versions_are_listed_activated_and_rolled_back()
    {
        await _trainer.FillLakeAsync();
        var (first, _) = await _trainer.TrainAsync(TrainerHost.Quick());
        var (second, _) = await _trainer.TrainAsync(TrainerHost.Quick());
        var third = TrainerHost.Quick();
        third.SkipActivation = true;
        var (skipped, _) = await _trainer.TrainAsync(third);

        skipped.Active.ShouldBeFalse();
        (await ListAsync()).Select(model => (model.ModelVersion, model.Active)).ShouldBe(
            [(skipped.ModelVersion, false), (second.ModelVersion, true), (first.ModelVersion, false)]);

        var activated = await _trainer.Client.ActivateModelAsync(new ActivateModelRequest { ModelVersion = skipped.ModelVersion });
        activated.Model.ModelVersion.ShouldBe(skipped.ModelVersion);
        activated.Model.Active.ShouldBeTrue();
        var back = await _trainer.Client.RollbackModelAsync(new RollbackModelRequest());
        back.Model.ModelVersion.ShouldBe(second.ModelVersion);
        (await _trainer.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion.ShouldBe(second.ModelVersion);

        await _trainer.Client.DeleteModelAsync(new DeleteModelRequest { ModelVersion = first.ModelVersion });
        var inUse = await RefusedAsync(() => _trainer.Client.DeleteModelAsync(new DeleteModelRequest { ModelVersion = second.ModelVersion }));
        (inUse.Code, inUse.Reason).ShouldBe((StatusCode.FailedPrecondition, "MODEL_IN_USE"));
        (await ListAsync()).Select(model => model.ModelVersion).ShouldBe([skipped.ModelVersion, second.ModelVersion]);
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        await _trainer.FillLakeAsync();
        var versions = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            versions.Insert(0, (await _trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")))).Model.ModelVersion);
        }

        var first = await _trainer.Client.ListModelsAsync(new ListModelsRequest { PageSize = 2 });
        var second = await _trainer.Client.ListModelsAsync(new ListModelsRequest { PageSize = 2, PageToken = first.NextPageToken });

        first.Models.Select(model => model.ModelVersion).ShouldBe(versions[..2]);
        second.Models.Select(model => model.ModelVersion).ShouldBe(versions[2..]);
        second.NextPageToken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Old_versions_are_deleted_but_never_the_active_or_the_previous_one()
    {
        await using var trainer = await TrainerHost.StartAsync(("Trainer:KeptVersions", "1"));
        await trainer.FillLakeAsync();
        var (first, _) = await trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")));
        var (second, _) = await trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")));
        var (third, _) = await trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")));

        await TestKit.Wait.UntilAsync(
            async () => await trainer.Models.GetAsync(first.ModelVersion, CancellationToken.None) is null, TimeSpan.FromSeconds(30), "the first version to be deleted");
        (await trainer.Client.ListModelsAsync(new ListModelsRequest())).Models.Select(model => model.ModelVersion)
            .ShouldBe([third.ModelVersion, second.ModelVersion]);
    }

    [Theory]
    [InlineData(-1, "", "page_size")]
    [InlineData(101, "", "page_size")]
    [InlineData(10, "nonsense", "page_token")]
    public async Task Impossible_pages_are_refused(int pageSize, string pageToken, string field)
    {
        var error = await RefusedAsync(() => _trainer.Client.ListModelsAsync(new ListModelsRequest { PageSize = pageSize, PageToken = pageToken }));

        error.Code.ShouldBe(StatusCode.InvalidArgument);
        error.Violations.Single().Field.ShouldBe(field);
    }

    [Fact]
    public async Task Before_the_first_training_there_is_nothing_to_get_or_roll_back_to()
    {
        var get = await RefusedAsync(() => _trainer.Client.GetModelAsync(new GetModelRequest()));
        var rollback = await RefusedAsync(() => _trainer.Client.RollbackModelAsync(new RollbackModelRequest()));

        (get.Code, get.Reason).ShouldBe((StatusCode.FailedPrecondition, "NO_ACTIVE_MODEL"));
        get.Message.ShouldContain("recsys train");
        (rollback.Code, rollback.Reason).ShouldBe((StatusCode.FailedPrecondition, "NO_PREVIOUS_MODEL"));
    }

    [Fact]
    public async Task Unknown_versions_are_not_found()
    {
        var get = await RefusedAsync(() => _trainer.Client.GetModelAsync(new GetModelRequest { ModelVersion = "v9" }));
        var activate = await RefusedAsync(() => _trainer.Client.ActivateModelAsync(new ActivateModelRequest { ModelVersion = "v9" }));
        var watch = (await Should.ThrowAsync<RpcException>(() => _trainer.WatchAsync("v9"))).ReadError().ShouldNotBeNull();

        get.Code.ShouldBe(StatusCode.NotFound);
        activate.Code.ShouldBe(StatusCode.NotFound);
        watch.Code.ShouldBe(StatusCode.NotFound);
    }

    [Fact]
    public async Task A_version_name_that_is_no_text_is_refused()
    {
        var activate = await RefusedAsync(() => _trainer.Client.ActivateModelAsync(new ActivateModelRequest()));
        var get = await RefusedAsync(() => _trainer.Client.GetModelAsync(new GetModelRequest { ModelVersion = "v\0" }));

        activate.Violations.Single().Field.ShouldBe("model_version");
        get.Violations.Single().Field.ShouldBe("model_version");
    }

    [Fact]
    public async Task A_training_that_fails_leaves_the_reason_and_the_active_version()
    {
        await _trainer.FillLakeAsync();
        var (first, _) = await _trainer.TrainAsync(TrainerHost.Quick());
        var segment = Directory.GetFiles(_trainer.Lake.RootFolder, "*.parquet", SearchOption.AllDirectories)[0];
        await File.WriteAllTextAsync(segment, "no Parquet file");

        var (failed, progress) = await _trainer.TrainAsync(TrainerHost.Quick());

        failed.Status.ShouldBe(ModelStatus.Failed);
        failed.Error.ShouldContain(segment);
        failed.Active.ShouldBeFalse();
        progress[^1].State.ShouldBe(TrainingState.Failed);
        progress[^1].Message.ShouldBe(failed.Error);
        (await _trainer.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion.ShouldBe(first.ModelVersion);
        var activate = await RefusedAsync(() => _trainer.Client.ActivateModelAsync(new ActivateModelRequest { ModelVersion = failed.ModelVersion }));
        (activate.Code, activate.Reason).ShouldBe((StatusCode.FailedPrecondition, "MODEL_NOT_READY"));
    }

    private async Task<IReadOnlyList<Model>> ListAsync() => (await _trainer.Client.ListModelsAsync(new ListModelsRequest())).Models;

    private static async Task<RecSysException> RefusedAsync<T>(Func<AsyncUnaryCall<T>> call) =>
        (await Should.ThrowAsync<RpcException>(async () => await call())).ReadError().ShouldNotBeNull();
}
