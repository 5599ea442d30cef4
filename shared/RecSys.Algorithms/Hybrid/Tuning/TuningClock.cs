namespace RecSys.Algorithms.Hybrid.Tuning;

/// <summary>How much of the time limit is used.</summary>
internal sealed class TuningClock(TimeProvider time, TimeSpan limit)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Seconds since the search began.</summary>
    public double Elapsed => time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Seconds that are left.</summary>
    public double Left => limit.TotalSeconds - Elapsed;

    /// <summary>All seconds.</summary>
    public double Limit => limit.TotalSeconds;
}
