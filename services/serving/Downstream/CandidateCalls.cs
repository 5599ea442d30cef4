using Grpc.Core;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Candidate.V1;
using RecSys.Hosting.Startup;

namespace RecSys.Serving.Downstream;

/// <summary>Calls to the candidate service.</summary>
internal sealed class CandidateCalls(
    CandidateService.CandidateServiceClient client, IOptions<ServingOptions> options, StartupGate gate, TimeProvider time, ILogger<CandidateCalls> logger)
{
    /// <summary>The cause when the service answers but has loaded no model version yet.</summary>
    public const string NoModel = "no model loaded yet";

    /// <summary>Of what a call has left; the other half is for ranking, or for an answer without candidates.</summary>
    private const double ShareOfBudget = 0.5;

    private readonly DownstreamCalls _calls = new(
        "candidate", new CircuitBreaker(options.Value.BreakerFailures, options.Value.BreakerPause, time), time, logger, gate);

    public async Task<DownstreamAnswer<GetCandidatesResponse>> GetCandidatesAsync(
        GetCandidatesRequest request, CallBudget budget, CancellationToken cancellationToken)
    {
        try
        {
            var timeout = budget.Share(options.Value.CandidateTimeout, ShareOfBudget);
            return await _calls.TryAsync(
                token => client.GetCandidatesAsync(request, DownstreamCalls.Limits(timeout, token)).ResponseAsync,
                timeout,
                cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
        {
            return DownstreamAnswer<GetCandidatesResponse>.Missing(NoModel);
        }
    }

    /// <exception cref="RpcException">NOT_FOUND: the model does not know the track.</exception>
    public async Task<DownstreamAnswer<GetSimilarTracksResponse>> GetSimilarTracksAsync(
        GetSimilarTracksRequest request, CallBudget budget, CancellationToken cancellationToken)
    {
        try
        {
            var timeout = budget.Share(options.Value.CandidateTimeout, ShareOfBudget);
            return await _calls.TryAsync(
                token => client.GetSimilarTracksAsync(request, DownstreamCalls.Limits(timeout, token)).ResponseAsync,
                timeout,
                cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
        {
            return DownstreamAnswer<GetSimilarTracksResponse>.Missing(NoModel);
        }
    }
}
