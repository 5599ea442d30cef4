using Grpc.Core;
using RecSys.Candidate.Models;
using RecSys.Candidate.Retrieval;
using RecSys.Contracts.Candidate.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Candidate.Grpc;

/// <summary>The service's contract: checks requests, takes the active version once, and answers from it.</summary>
internal sealed class CandidateGrpcService(LoadedModels models, CandidateRetriever retriever) : CandidateService.CandidateServiceBase
{
    public override async Task<GetCandidatesResponse> GetCandidates(GetCandidatesRequest request, ServerCallContext context)
    {
        var (candidateCount, sources) = RequestRules.Check(request);
        var model = await models.RequireAsync(context.CancellationToken);
        return retriever.Retrieve(model, request, candidateCount, sources, context.CancellationToken);
    }

    public override async Task<GetSimilarTracksResponse> GetSimilarTracks(GetSimilarTracksRequest request, ServerCallContext context)
    {
        var trackCount = RequestRules.Check(request);
        var model = await models.RequireAsync(context.CancellationToken);
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
