using Grpc.Core;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Ranker.V1;
using RecSys.Data.Models;
using RecSys.Ranker.Blending;
using RecSys.Ranker.Models;

namespace RecSys.Ranker.Grpc;

/// <summary>The service's contract: checks requests, takes the weights once, and orders.</summary>
internal sealed class RankerGrpcService(ModelFollower<RankerModel> follower, IOptions<RankerOptions> options) : RankerService.RankerServiceBase
{
    private readonly BlendWeights _defaults = BlendWeights.Of(options.Value);

    public override Task<RankResponse> Rank(RankRequest request, ServerCallContext context)
    {
        var trackCount = RequestRules.Check(request);
        var (version, weights) = follower.Current?.For(request.ModelVersion) ?? ("", _defaults);
        return Task.FromResult(new RankResponse
        {
            ModelVersion = version,
            Tracks = { ReciprocalRankBlend.Order(request.Candidates, weights, trackCount) },
        });
    }
}
