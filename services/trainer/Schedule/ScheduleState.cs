namespace RecSys.Trainer.Schedule;

/// <summary>What the schedule decides by.</summary>
/// <param name="LastTrainedAt">When the newest version that was trained, well or refused, was begun; null when there is none.</param>
/// <param name="TrainedRows">Rows of the lake that it read.</param>
/// <param name="LastRefreshedAt">When the active version was begun; null when none is active.</param>
/// <param name="RefreshedRows">Rows of the lake that it read.</param>
/// <param name="LastFailedAt">When the newest version that failed was begun; null when none is kept.</param>
/// <param name="Rows">Rows that the lake has now.</param>
internal sealed record ScheduleState(
    DateTimeOffset? LastTrainedAt, long TrainedRows, DateTimeOffset? LastRefreshedAt, long RefreshedRows, DateTimeOffset? LastFailedAt, long Rows)
{
    /// <summary>After a failure nothing is started for so long.</summary>
    public static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(15);

    /// <summary>Says what is due and why.</summary>
    public (DueWork Work, string Reason) Decide(TrainerOptions options, DateTimeOffset now)
    {
        if (Rows == 0 || now - LastFailedAt < PauseAfterFailure)
        {
            return (DueWork.None, "");
        }

        if (LastTrainedAt is null)
        {
            var trains = options.RetrainEvery > TimeSpan.Zero || (options.RetrainAfterListens > 0 && Rows >= options.RetrainAfterListens);
            return trains ? (DueWork.Training, "there is no model yet") : (DueWork.None, "");
        }

        if (options.RetrainEvery > TimeSpan.Zero && now - LastTrainedAt >= options.RetrainEvery)
        {
            return (DueWork.Training, $"the last training began at {LastTrainedAt:u}");
        }

        if (options.RetrainAfterListens > 0 && Rows - TrainedRows >= options.RetrainAfterListens)
        {
            return (DueWork.Training, $"{Rows - TrainedRows:N0} listens came since the last training");
        }

        return options.RefreshEvery > TimeSpan.Zero && now - LastRefreshedAt >= options.RefreshEvery && Rows > RefreshedRows
            ? (DueWork.Refresh, $"{Rows - RefreshedRows:N0} listens came since the active version was made")
            : (DueWork.None, "");
    }
}
