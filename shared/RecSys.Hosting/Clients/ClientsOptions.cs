using System.ComponentModel.DataAnnotations;

namespace RecSys.Hosting.Clients;

/// <summary>Section <c>Clients</c>: how this process calls other services.</summary>
public sealed class ClientsOptions
{
    /// <summary>
    /// How often a call that ends with UNAVAILABLE is made in all, from 1 (no retry) to 5; default 4. A call is made again
    /// only while nothing of its answer has arrived, and never beyond its deadline.
    /// </summary>
    [Range(1, 5, ErrorMessage = "It must be from 1 (no retry) to 5.")]
    public int MaxAttempts { get; init; } = 4;

    /// <summary>
    /// Longest pause before the second attempt, from 1 millisecond to 10 seconds; default 100 milliseconds. The real pause
    /// is random below it; each further one doubles the bound, up to ten times this value.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10", ErrorMessage = "It must be from 00:00:00.001 to 00:00:10 (hours:minutes:seconds).")]
    public TimeSpan RetryBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time to open a connection, from 100 milliseconds to 1 minute; default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ErrorMessage = "It must be from 00:00:00.1 to 00:01:00 (hours:minutes:seconds).")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a <c>dns:///</c> name is looked up again, from 1 second to 1 hour; default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "It must be from 00:00:01 to 01:00:00 (hours:minutes:seconds).")]
    public TimeSpan DnsRefresh { get; init; } = TimeSpan.FromSeconds(15);
}
