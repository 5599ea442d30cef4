using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Hosting.Errors;
using RecSys.Serving.Catalogue;
using RecSys.Serving.Downstream;
using RecSys.Serving.Fallback;
using RecSys.Serving.Models;

namespace RecSys.Serving.Lists;

/// <summary>The tracks nearest to one track: from the candidate service, or as the trainer stored them.</summary>
internal sealed class SimilarTrackList(
    CandidateCalls candidates, StoredSimilarTracks stored, PublishedModels models, TrackCatalogue catalogue)
{
    /// <exception cref="RecSysException">NOT_FOUND: the model does not know the track.</exception>
    public async Task<SimilarTracksResponse> GetAsync(
        string trackId, int trackCount, CallBudget budget, CancellationToken cancellationToken)
    {
        var answer = await candidates.GetSimilarTracksAsync(
            new GetSimilarTracksRequest { TrackId = trackId, TrackCount = trackCount }, budget, cancellationToken);
        var (version, tracks) = answer.IsThere
            ? (answer.Value.ModelVersion, answer.Value.Tracks.Select(track => (track.TrackId, track.Score)).ToArray())
            : await FromStoreAsync(trackId, trackCount, budget, cancellationToken);

        var names = await catalogue.GetAsync(tracks.Select(track => track.TrackId).Prepend(trackId), budget, cancellationToken);
        var response = new SimilarTracksResponse { Track = names[trackId], ModelVersion = version };
        response.Items.Add(tracks.Select(track => new ScoredTrack { Track = names[track.TrackId], Score = track.Score }));
        return response;
    }

    private async Task<(string Version, (string TrackId, double Score)[] Tracks)> FromStoreAsync(
        string trackId, int trackCount, CallBudget budget, CancellationToken cancellationToken)
    {
        var model = await models.RequireAsync(budget, cancellationToken);
        var list = await stored.GetAsync(model.Version, trackId, budget, cancellationToken);
        if (!list.IsThere)
        {
            throw RecSysException.Unavailable(
                "SIMILAR_TRACKS_UNAVAILABLE",
                "Neither the candidate service nor the database can be reached. Call again.",
                TimeSpan.FromSeconds(1));
        }

        if (list.Value.SimilarTrackIds.Length == 0)
        {
            throw RecSysException.NotFound(
                "TRACK_NOT_IN_MODEL",
                $"Model version {model.Version} has no similar tracks of '{trackId}': nobody had played it when it was trained.");
        }

        return (
            model.Version,
            [.. list.Value.SimilarTrackIds.Zip(list.Value.Scores, (id, score) => (id, (double)score)).Take(trackCount)]);
    }
}
