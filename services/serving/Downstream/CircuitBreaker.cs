namespace RecSys.Serving.Downstream;

/// <summary>
/// Spares requests the wait for a service that does not answer: after some failures in a row it lets nobody through for
/// a while, then one caller at a time to see whether the service is back. Safe for use by many threads.
/// </summary>
/// <param name="failuresToOpen">Failures in a row after which nobody is let through, at least 1.</param>
/// <param name="openFor">How long nobody is let through.</param>
/// <param name="time">The clock.</param>
internal sealed class CircuitBreaker(int failuresToOpen, TimeSpan openFor, TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _failures;
    private long _openedAt;
    private bool _trying;

    /// <summary>Whether to call. Each true is followed by exactly one of the three answers below.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_failures < failuresToOpen)
            {
                return true;
            }
            if (_trying || time.GetElapsedTime(_openedAt) < openFor)
            {
                return false;
            }
            _trying = true;
            return true;
        }
    }

    public void Succeeded()
    {
        lock (_lock)
        {
            _failures = 0;
            _trying = false;
        }
    }

    public void Failed()
    {
        lock (_lock)
        {
            _failures = Math.Min(_failures + 1, failuresToOpen);
            _openedAt = time.GetTimestamp();
            _trying = false;
        }
    }

    /// <summary>The caller went away before the service could answer: that says nothing about the service.</summary>
    public void Abandoned()
    {
        lock (_lock)
        {
            _trying = false;
        }
    }
}
