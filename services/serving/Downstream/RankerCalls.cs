using Microsoft.Extensions.Options;
using RecSys.Contracts.Ranker.V1;
using RecSys.Hosting.Startup;

namespace RecSys.Serving.Downstream;

/// <summary>Calls to the ranker.</summary>
internal sealed class RankerCalls(
    RankerService.RankerServiceClient client, IOptions<ServingOptions> options, StartupGate gate, TimeProvider time, ILogger<RankerCalls> logger)
{
    /// <summary>Of what a call has left; the rest is for names and the way back.</summary>
    private const double ShareOfBudget = 0.5;

    private readonly DownstreamCalls _calls = new(
        "ranker", new CircuitBreaker(options.Value.BreakerFailures, options.Value.BreakerPause, time), time, logger, gate);

    public Task<DownstreamAnswer<RankResponse>> RankAsync(RankRequest request, CallBudget budget, CancellationToken cancellationToken)
    {
        var timeout = budget.Share(options.Value.RankerTimeout, ShareOfBudget);
        return _calls.TryAsync(
            token => client.RankAsync(request, DownstreamCalls.Limits(timeout, token)).ResponseAsync, timeout, cancellationToken);
    }
}
