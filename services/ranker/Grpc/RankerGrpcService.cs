using Grpc.Core;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Ranker.V1;
using RecSys.Hosting.ActiveModels;

namespace RecSys.Ranker.Grpc;

/// <summary>The service's contract: checks requests, takes a version once, and orders by its trees or, without them or without anything known of the user, by the blend.</summary>
internal sealed class RankerGrpcService(ModelFollower<RankerModel> follower, IOptions<RankerOptions> options, TimeProvider clock)
    : RankerService.RankerServiceBase
{
    private readonly RankerModel _untrained = new("", BlendWeights.Of(options.Value), null);

    public override Task<RankResponse> Rank(RankRequest request, ServerCallContext context)
    {
        var trackCount = RankerRequests.Check(request);
        // Candidates that were retrieved a moment ago may be of the version before. The configured weights belong to no version.
        var version = follower.Current is not { } current ? _untrained
            : request.ModelVersion.Length > 0 ? follower.Require(request.ModelVersion)
            : current;
        var trees = version.Trees is { } own && own.KnowsUserOf(request) ? own : null;
        var response = new RankResponse { ModelVersion = version.Version, Trained = trees is not null };
        if (trees is not null)
        {
            response.Tracks.Add(trees.Order(request, clock.GetUtcNow(), trackCount));
            ReciprocalRankBlend.AddContributions(response.Tracks, request.Candidates, version.Weights);
        }
        else
        {
            response.Tracks.Add(ReciprocalRankBlend.Order(request.Candidates, version.Weights, trackCount));
        }

        return Task.FromResult(response);
    }
}
