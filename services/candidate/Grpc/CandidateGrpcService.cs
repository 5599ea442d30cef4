using Grpc.Core;
using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Errors;

namespace RecSys.Candidate.Grpc;

/// <summary>The service's contract: checks requests, takes the active version once, and answers from it.</summary>
internal sealed class CandidateGrpcService(ModelFollower<CandidateModel> models, CandidateRetriever retriever) : CandidateService.CandidateServiceBase
{
    public override async Task<GetCandidatesResponse> GetCandidates(GetCandidatesRequest request, ServerCallContext context)
    {
        var (candidateCount, sources) = CandidateRequests.Check(request);
        var isNamed = request.ModelVersion.Length > 0;
        var model = isNamed
            ? models.Require(request.ModelVersion)
            : await models.RequireAsync(Timeout.InfiniteTimeSpan, context.CancellationToken);
        var response = retriever.Retrieve(model, request, candidateCount, sources, context.CancellationToken);
        if (!isNamed && models.PreviousVersion is { } previous && previous != model.Version)
        {
            response.PreviousModelVersion = previous;
        }

        return response;
    }

    public override async Task<GetSimilarTracksResponse> GetSimilarTracks(GetSimilarTracksRequest request, ServerCallContext context)
    {
        var trackCount = CandidateRequests.Check(request);
        var model = await models.RequireAsync(Timeout.InfiniteTimeSpan, context.CancellationToken);
        if (!model.TryGetItem(request.TrackId, out var itemIndex))
        {
            throw RecSysException.NotFound(
                "TRACK_NOT_IN_MODEL",
                $"Model version {model.Version} does not know track '{request.TrackId}': nobody had played it when it was trained.");
        }

        var response = new GetSimilarTracksResponse { ModelVersion = model.Version };
        foreach (var neighbor in model.Neighbors.Get([itemIndex], context.CancellationToken)[0].Take(trackCount))
        {
            response.Tracks.Add(new SimilarTrack { TrackId = model.TrackIdOf(neighbor.ItemIndex), Score = neighbor.Score });
        }

        return response;
    }
}
