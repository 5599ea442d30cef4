using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RecSys.Contracts;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Refreshing;
using RecSys.Trainer.Settings;
using ModelStatus = RecSys.Contracts.Trainer.V1.ModelStatus;
using StoredStatus = RecSys.Data.Models.ModelStatus;

namespace RecSys.Trainer.Grpc;

/// <summary>What operators and the command line call.</summary>
internal sealed class TrainerGrpcService(
    TrainingRunner trainings,
    TrainingPipeline training,
    RefreshPipeline refresh,
    ProgressBoard board,
    ModelStore models,
    ModelActivation activation,
    ModelComparison comparison,
    TimeProvider clock)
    : TrainerService.TrainerServiceBase
{
    private const int DefaultPageSize = 20;
    private const int MaxPageSize = 100;

    // How often the database is asked about a training of another trainer.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override async Task<TrainModelResponse> TrainModel(TrainModelRequest request, ServerCallContext context)
    {
        var violations = new FieldViolations();
        violations.Require(!request.Refresh || request.Settings.Count == 0, "settings", "must be empty with refresh: the active version's settings hold");
        violations.Require(!request.Refresh || !request.Force, "force", "must not be set with refresh: a refreshed version is not compared");
        violations.ThrowIfAny();
        var settings = TrainingSettings.Read(request.Settings.ToDictionary());
        var started = await StoreErrors.TranslateAsync(() => trainings.StartAsync(
            token => request.Refresh
                ? refresh.PrepareAsync(!request.SkipActivation, token)
                : training.PrepareAsync(settings, !request.SkipActivation, request.Force, token),
            context.CancellationToken));
        return new TrainModelResponse { ModelVersion = started.ModelVersion, ResumedAfter = started.ResumedAfter };
    }

    /// <inheritdoc/>
    public override async Task WatchTraining(
        WatchTrainingRequest request, IServerStreamWriter<TrainingProgress> responseStream, ServerCallContext context)
    {
        CheckVersion(request.ModelVersion);
        var isKnownHere = false;
        await foreach (var progress in board.WatchAsync(request.ModelVersion, context.CancellationToken))
        {
            isKnownHere = true;
            await responseStream.WriteAsync(progress, context.CancellationToken);
        }

        while (!isKnownHere)
        {
            // Of another trainer, or from before the last start: the database tells no steps, but when it has ended.
            var record = await FindAsync(request.ModelVersion, context.CancellationToken);
            await responseStream.WriteAsync(ProgressOf(record), context.CancellationToken);
            if (record.Status != StoredStatus.Training)
            {
                return;
            }

            await Task.Delay(PollInterval, clock, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        var violations = new FieldViolations();
        violations.RequireRange(request.PageSize, 0, MaxPageSize, "page_size");
        violations.RequireText(request.PageToken, "page_token", IdText.MaxLength);
        violations.ThrowIfAny();

        var pageSize = request.PageSize == 0 ? DefaultPageSize : request.PageSize;
        var active = await StoreErrors.TranslateAsync(() => models.GetActiveAsync(context.CancellationToken));
        var page = await StoreErrors.TranslateAsync(() => models.ListAsync(pageSize, request.PageToken, context.CancellationToken));
        var answer = new ListModelsResponse { NextPageToken = page.NextPageToken ?? "" };
        answer.Models.AddRange(page.Models.Select(record => record.ToMessage(active)));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context)
    {
        var active = await StoreErrors.TranslateAsync(() => models.GetActiveAsync(context.CancellationToken));
        var version = request.ModelVersion.Length > 0 ? request.ModelVersion : RequireActive(active);
        CheckVersion(version);
        return new GetModelResponse { Model = (await FindAsync(version, context.CancellationToken)).ToMessage(active) };
    }

    /// <inheritdoc/>
    public override async Task<CompareModelsResponse> CompareModels(CompareModelsRequest request, ServerCallContext context)
    {
        CheckVersion(request.ModelVersion);
        var baseVersion = request.BaseModelVersion.Length > 0
            ? request.BaseModelVersion
            : RequireActive(await StoreErrors.TranslateAsync(() => models.GetActiveAsync(context.CancellationToken)));
        CheckVersion(baseVersion, "base_model_version");
        var before = await FindMeasuredAsync(baseVersion, context.CancellationToken);
        var after = await FindMeasuredAsync(request.ModelVersion, context.CancellationToken);
        var answer = new CompareModelsResponse { BaseModelVersion = before.Version, ModelVersion = after.Version };
        answer.Comparisons.AddRange(await StoreErrors.TranslateAsync(() => comparison.CompareAsync(before, after, context.CancellationToken)));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<ActivateModelResponse> ActivateModel(ActivateModelRequest request, ServerCallContext context)
    {
        CheckVersion(request.ModelVersion);
        var active = await StoreErrors.TranslateAsync(() => activation.ActivateAsync(request.ModelVersion, request.Force, context.CancellationToken));
        return new ActivateModelResponse { Model = (await FindAsync(active.Version, context.CancellationToken)).ToMessage(active) };
    }

    /// <inheritdoc/>
    public override async Task<RollbackModelResponse> RollbackModel(RollbackModelRequest request, ServerCallContext context)
    {
        var active = await StoreErrors.TranslateAsync(() => activation.RollbackAsync(context.CancellationToken));
        return new RollbackModelResponse { Model = (await FindAsync(active.Version, context.CancellationToken)).ToMessage(active) };
    }

    /// <inheritdoc/>
    public override async Task<DeleteModelResponse> DeleteModel(DeleteModelRequest request, ServerCallContext context)
    {
        CheckVersion(request.ModelVersion);
        await StoreErrors.TranslateAsync(async () =>
        {
            await models.DeleteAsync(request.ModelVersion, context.CancellationToken);
            return true;
        });
        return new DeleteModelResponse();
    }

    private static void CheckVersion(string version, string field = "model_version")
    {
        var violations = new FieldViolations();
        violations.RequireId(version, field);
        violations.ThrowIfAny();
    }

    private static string RequireActive(ActiveModelRow? active) => active?.Version ?? throw RecSysException.FailedPrecondition(
        "NO_ACTIVE_MODEL", "No model has been trained yet. Run `recsys train` or call TrainerService.TrainModel.");

    private async Task<ModelVersionRow> FindMeasuredAsync(string version, CancellationToken cancellationToken)
    {
        var record = await FindAsync(version, cancellationToken);
        return record.Metrics.Keys.Any(key => key.Contains('@'))
            ? record
            : throw RecSysException.FailedPrecondition(
                "MODEL_NOT_MEASURED",
                $"The model version {version} was not measured, so it can't be compared. Train with evaluation.enabled=true and with plays to withhold.");
    }

    private Task<ModelVersionRow> FindAsync(string version, CancellationToken cancellationToken) => StoreErrors.TranslateAsync(
        async () => await models.GetAsync(version, cancellationToken) ?? throw RecSysException.NotFound(
            "MODEL_NOT_FOUND",
            $"There is no model version {version}. Call ListModels or run `recsys models list` to see which there are."));

    private TrainingProgress ProgressOf(ModelVersionRow record) => new()
    {
        ModelVersion = record.Version,
        State = record.Status switch
        {
            StoredStatus.Ready or StoredStatus.Refused => TrainingState.Succeeded,
            StoredStatus.Failed => TrainingState.Failed,
            _ => TrainingState.Running,
        },
        TotalDone = record.Status is StoredStatus.Ready or StoredStatus.Refused ? 1 : 0,
        Message = record.Error ?? "",
        ProgressTime = clock.GetUtcNow().ToTimestamp(),
    };
}

/// <summary>Model versions as the contract shows them.</summary>
internal static class ModelMessages
{
    /// <param name="record">The version.</param>
    /// <param name="active">Which version is active; null when none is.</param>
    public static Model ToMessage(this ModelVersionRow record, ActiveModelRow? active)
    {
        var model = new Model
        {
            ModelVersion = record.Version,
            Status = record.Status switch
            {
                StoredStatus.Training => ModelStatus.Training,
                StoredStatus.Ready => ModelStatus.Ready,
                StoredStatus.Failed => ModelStatus.Failed,
                StoredStatus.Refused => ModelStatus.Refused,
                _ => ModelStatus.Unspecified,
            },
            Active = active?.Version == record.Version,
            CreateTime = record.CreatedAt.ToTimestamp(),
            TrainingTime = record.TrainingTime?.ToDuration(),
            UserCount = record.UserCount,
            TrackCount = record.TrackCount,
            InteractionCount = record.InteractionCount,
            Error = record.Error ?? "",
            BaseModelVersion = record.BaseVersion ?? "",
        };
        model.Settings.Add(record.Settings.ToDictionary());
        model.Metrics.Add(record.Metrics.ToDictionary());
        return model;
    }
}
