namespace RecSys.Trainer.Schedule;

/// <summary>What the schedule has to start.</summary>
internal enum DueWork
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A training.</summary>
    Training,

    /// <summary>A refresh of the active version.</summary>
    Refresh,
}
