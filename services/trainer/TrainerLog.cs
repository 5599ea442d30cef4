namespace RecSys.Trainer;

/// <summary>What the trainer logs. Event ids are stable.</summary>
internal static partial class TrainerLog
{
    [LoggerMessage(7001, LogLevel.Information, "Training {ModelVersion} began.")]
    public static partial void TrainingBegan(ILogger logger, string modelVersion);

    [LoggerMessage(7002, LogLevel.Information, "Training {ModelVersion}, {Step}: {Message} ({Seconds:F1} s)")]
    public static partial void StepDone(ILogger logger, string modelVersion, string step, string message, double seconds);

    [LoggerMessage(7003, LogLevel.Information, "Training {ModelVersion} ended well after {Seconds:F1} s.")]
    public static partial void TrainingSucceeded(ILogger logger, string modelVersion, double seconds);

    [LoggerMessage(7004, LogLevel.Error, "Training {ModelVersion} failed; the active version stays as it is.")]
    public static partial void TrainingFailed(ILogger logger, string modelVersion, Exception exception);

    [LoggerMessage(7005, LogLevel.Warning, "Training {ModelVersion} was stopped with the service; the active version stays as it is.")]
    public static partial void TrainingStopped(ILogger logger, string modelVersion);

    [LoggerMessage(7006, LogLevel.Warning, "Version {ModelVersion} can't be marked as failed now; that is done before the next training.")]
    public static partial void FailureNotRecorded(ILogger logger, string modelVersion, Exception exception);

    [LoggerMessage(7007, LogLevel.Warning, "Removed {Count} versions that a trainer left unfinished.")]
    public static partial void UnfinishedRemoved(ILogger logger, int count);

    [LoggerMessage(7008, LogLevel.Information, "Deleted the old versions {ModelVersions}.")]
    public static partial void OldVersionsDeleted(ILogger logger, string modelVersions);

    [LoggerMessage(7009, LogLevel.Warning, "Old versions can't be deleted now; that is done after the next training.")]
    public static partial void OldVersionsNotDeleted(ILogger logger, Exception exception);

    [LoggerMessage(7010, LogLevel.Warning, "The database is away; trying again in {Seconds:F0} s: {Reason}")]
    public static partial void DatabaseAway(ILogger logger, double seconds, string reason);

    [LoggerMessage(7011, LogLevel.Information, "Announced that version {ModelVersion} is active.")]
    public static partial void ModelAnnounced(ILogger logger, string modelVersion);

    [LoggerMessage(7012, LogLevel.Warning,
        "Version {ModelVersion} is active, but the bus did not take the announcement; trying again until it does: {Reason}")]
    public static partial void AnnouncementDelayed(ILogger logger, string modelVersion, string reason);

    [LoggerMessage(7013, LogLevel.Debug, "Progress of training {ModelVersion} was not published: {Reason}")]
    public static partial void ProgressNotPublished(ILogger logger, string modelVersion, string reason);

    [LoggerMessage(7014, LogLevel.Information,
        "Training {ModelVersion} goes on after step {Step}, which a training begun at {BegunAt:u} with the same settings had finished.")]
    public static partial void TrainingResumed(ILogger logger, string modelVersion, string step, DateTimeOffset begunAt);

    [LoggerMessage(7016, LogLevel.Information,
        "Version {ModelVersion} was refreshed from {BaseVersion}: {Users} users and {Tracks} new tracks in {Seconds:F1} s.")]
    public static partial void Refreshed(ILogger logger, string modelVersion, string baseVersion, int users, int tracks, double seconds);

    [LoggerMessage(7017, LogLevel.Information, "The schedule starts a {Kind}: {Reason}.")]
    public static partial void ScheduleDue(ILogger logger, string kind, string reason);

    [LoggerMessage(7018, LogLevel.Warning, "The schedule could not start a training and looks again in {Seconds:F0} s: {Reason}")]
    public static partial void ScheduleDelayed(ILogger logger, double seconds, string reason);

    [LoggerMessage(7015, LogLevel.Warning, "What unfinished trainings left in the work folder can't be removed now: {Reason}")]
    public static partial void WorkFolderNotTidied(ILogger logger, string reason);

    [LoggerMessage(7019, LogLevel.Information,
        "Merged {Before} segments of the lake into {After}, of {Dates} dates, in {Milliseconds:F0} ms.")]
    public static partial void LakeCompacted(ILogger logger, int before, int after, int dates, double milliseconds);

    [LoggerMessage(7025, LogLevel.Information, "Removed {Rows} exposed positions from the lake that were shown more than {Days} days ago.")]
    public static partial void ExposuresExpired(ILogger logger, long rows, int days);

    [LoggerMessage(7020, LogLevel.Warning,
        "Segments of the lake were not merged or removed; tried again in {Interval}: {Reason}")]
    public static partial void CompactionFailed(ILogger logger, TimeSpan interval, string reason);

    [LoggerMessage(7021, LogLevel.Information,
        "Removed {Rows} listens of {Users} deleted users from {Segments} segments and {Imports} imports of the lake.")]
    public static partial void LakeCleared(ILogger logger, long rows, int segments, int imports, int users);

    [LoggerMessage(7022, LogLevel.Information, "Removed {Users} deleted users from the arrays of version {ModelVersion}.")]
    public static partial void VersionCleared(ILogger logger, string modelVersion, int users);

    [LoggerMessage(7023, LogLevel.Information, "Nothing is left of the user of deletion {Number}, {Minutes:F0} minutes after it.")]
    public static partial void UserErased(ILogger logger, long number, double minutes);

    [LoggerMessage(7024, LogLevel.Warning, "What is left of deleted users was not erased; tried again in {Interval}: {Reason}")]
    public static partial void ErasureFailed(ILogger logger, TimeSpan interval, string reason);

    [LoggerMessage(7030, LogLevel.Warning, "Training {ModelVersion}: {Remedy}")]
    public static partial void NoRankerTrained(ILogger logger, string modelVersion, string remedy);
}
