using Grpc.Core;
using RecSys.Contracts.Serving.V1;
using RecSys.Serving.Lists;
using RecSys.Serving.Slates;

namespace RecSys.Serving.Grpc;

/// <summary>The service's contract: checks requests and hands them on.</summary>
internal sealed class ServingGrpcService(
    SlateComposer slates,
    ExposureRecorder exposures,
    SimilarTrackList similarTracks,
    PopularPages popularTracks,
    HistoryPages histories,
    TimeProvider time)
    : ServingService.ServingServiceBase
{
    public override async Task<RecommendResponse> Recommend(RecommendRequest request, ServerCallContext context)
    {
        var slate = ServingRequests.Check(request);
        var answer = await slates.ComposeAsync(slate, BudgetOf(context), context.CancellationToken);
        exposures.Record(answer);
        return answer;
    }

    public override Task<SimilarTracksResponse> SimilarTracks(SimilarTracksRequest request, ServerCallContext context)
    {
        var trackCount = ServingRequests.Check(request);
        return similarTracks.GetAsync(request.TrackId, trackCount, BudgetOf(context), context.CancellationToken);
    }

    public override Task<PopularResponse> Popular(PopularRequest request, ServerCallContext context)
    {
        var (pageSize, start) = ServingRequests.Check(request);
        return popularTracks.GetAsync(pageSize, start, BudgetOf(context), context.CancellationToken);
    }

    public override Task<GetHistoryResponse> GetHistory(GetHistoryRequest request, ServerCallContext context)
    {
        var (pageSize, before) = ServingRequests.Check(request);
        return histories.GetAsync(request.UserId, pageSize, before, BudgetOf(context), context.CancellationToken);
    }

    private CallBudget BudgetOf(ServerCallContext context) =>
        new(new DateTimeOffset(context.Deadline, TimeSpan.Zero), time);
}
