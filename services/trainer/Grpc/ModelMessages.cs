using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Models;
using ModelStatus = RecSys.Contracts.Trainer.V1.ModelStatus;
using StoredStatus = RecSys.Data.Models.ModelStatus;

namespace RecSys.Trainer.Grpc;

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
