using Microsoft.Extensions.Options;

namespace RecSys.Serving.Downstream;

/// <summary>Reads of the database that an answer can do without.</summary>
internal sealed class DatabaseCalls(IOptions<ServingOptions> options, TimeProvider time, ILogger<DatabaseCalls> logger)
{
    /// <summary>Of what a call has left, so that two more reads and an answer from memory still fit.</summary>
    private const double ShareOfBudget = 1.0 / 3;

    private readonly DownstreamCalls _calls = new(
        "database", new CircuitBreaker(options.Value.BreakerFailures, options.Value.BreakerPause, time), time, logger);

    /// <inheritdoc cref="DownstreamCalls.TryAsync"/>
    public Task<DownstreamAnswer<T>> TryAsync<T>(
        Func<CancellationToken, Task<T>> read, CallBudget budget, CancellationToken cancellationToken)
        where T : class =>
        _calls.TryAsync(read, budget.Share(options.Value.DatabaseTimeout, ShareOfBudget), cancellationToken);
}
