namespace RecSys.Serving.Downstream;

/// <summary>The time that a call may still take, of which each thing that it waits for gets a share.</summary>
/// <param name="deadline">When the answer must be there.</param>
/// <param name="time">The clock.</param>
internal sealed class CallBudget(DateTimeOffset deadline, TimeProvider time)
{
    /// <summary>What is left; zero when the deadline has passed.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = deadline - time.GetUtcNow();
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>A share of what is left, and at most <paramref name="most"/>.</summary>
    /// <param name="most">The longest wait.</param>
    /// <param name="share">Share of what is left, 0 to 1; the rest is for what can still be done without.</param>
    public TimeSpan Share(TimeSpan most, double share)
    {
        var part = Remaining * share;
        return part < most ? part : most;
    }
}
