namespace RecSys.Trainer;

/// <summary>What the trainer logs. Event ids are stable.</summary>
internal static partial class TrainerLog
{
    [LoggerMessage(2001, LogLevel.Information, "Training {ModelVersion} began.")]
    public static partial void TrainingBegan(ILogger logger, string modelVersion);

    [LoggerMessage(2002, LogLevel.Information, "Training {ModelVersion}, {Stage}: {Message} ({Seconds:F1} s)")]
    public static partial void StageDone(ILogger logger, string modelVersion, string stage, string message, double seconds);

    [LoggerMessage(2003, LogLevel.Information, "Training {ModelVersion} ended well after {Seconds:F1} s.")]
    public static partial void TrainingSucceeded(ILogger logger, string modelVersion, double seconds);

    [LoggerMessage(2004, LogLevel.Error, "Training {ModelVersion} failed; the active version stays as it is.")]
    public static partial void TrainingFailed(ILogger logger, string modelVersion, Exception exception);

    [LoggerMessage(2005, LogLevel.Warning, "Training {ModelVersion} was stopped with the service; the active version stays as it is.")]
    public static partial void TrainingStopped(ILogger logger, string modelVersion);

    [LoggerMessage(2006, LogLevel.Warning, "Version {ModelVersion} can't be marked as failed now; that is done before the next training.")]
    public static partial void FailureNotRecorded(ILogger logger, string modelVersion, Exception exception);

    [LoggerMessage(2007, LogLevel.Warning, "Removed {Count} versions that a trainer left unfinished.")]
    public static partial void UnfinishedRemoved(ILogger logger, int count);

    [LoggerMessage(2008, LogLevel.Information, "Deleted the old versions {ModelVersions}.")]
    public static partial void OldVersionsDeleted(ILogger logger, string modelVersions);

    [LoggerMessage(2009, LogLevel.Warning, "Old versions can't be deleted now; that is done after the next training.")]
    public static partial void OldVersionsNotDeleted(ILogger logger, Exception exception);

    [LoggerMessage(2010, LogLevel.Warning, "The database is away; trying again in {Seconds:F0} s: {Reason}")]
    public static partial void DatabaseAway(ILogger logger, double seconds, string reason);

    [LoggerMessage(2011, LogLevel.Information, "Announced that version {ModelVersion} is active.")]
    public static partial void ModelAnnounced(ILogger logger, string modelVersion);

    [LoggerMessage(2012, LogLevel.Warning,
        "Version {ModelVersion} is active, but the bus did not take the announcement; trying again until it does: {Reason}")]
    public static partial void AnnouncementDelayed(ILogger logger, string modelVersion, string reason);

    [LoggerMessage(2013, LogLevel.Debug, "Progress of training {ModelVersion} was not published: {Reason}")]
    public static partial void ProgressNotPublished(ILogger logger, string modelVersion, string reason);

    [LoggerMessage(2014, LogLevel.Information,
        "Training {ModelVersion} goes on after stage {Stage}, which a training begun at {BegunAt:u} with the same settings had finished.")]
    public static partial void TrainingResumed(ILogger logger, string modelVersion, string stage, DateTimeOffset begunAt);

    [LoggerMessage(2015, LogLevel.Warning, "What unfinished trainings left in the work folder can't be removed now: {Reason}")]
    public static partial void WorkFolderNotTidied(ILogger logger, string reason);

    [LoggerMessage(2030, LogLevel.Warning, "Training {ModelVersion}: {Remedy}")]
    public static partial void NoRankerTrained(ILogger logger, string modelVersion, string remedy);
}
