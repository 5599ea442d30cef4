using System.ComponentModel.DataAnnotations;

namespace RecSys.Hosting.Shutdown;

/// <summary>Section <c>Shutdown</c>: what happens after SIGTERM or Ctrl+C.</summary>
public sealed class ShutdownOptions
{
    /// <summary>
    /// How long calls are still taken after health has turned to NOT_SERVING, so that load balancers notice first; up to
    /// 5 minutes, default none.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00", ErrorMessage = "It must be from 00:00:00 to 00:05:00 (hours:minutes:seconds).")]
    public TimeSpan Delay { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// How long calls and messages in progress may still take after that, from 1 second to 10 minutes; default 20 seconds.
    /// What isn't done then is cancelled.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "It must be from 00:00:01 to 00:10:00 (hours:minutes:seconds).")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
