using BitFaster.Caching.Lru;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Data.Models;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Errors;

namespace RecSys.Serving.Lists;

/// <summary>
/// The tracks nearest to one track: from the candidate service, or as the trainer stored them with the version, as far as those
/// lists fit in memory.
/// </summary>
internal sealed class SimilarTrackList(
    CandidateService.CandidateServiceClient candidateService,
    ModelStore store,
    ModelFollower<ServedVersion> versions,
    TrackCatalogue catalogue,
    Downstream downstream,
    IOptions<ServingOptions> options)
{
    private static readonly SimilarTracksRow NoTracks = new("", [], []);

    private readonly ConcurrentLru<(string Version, string TrackId), SimilarTracksRow> _stored = new(options.Value.SimilarCacheTracks);

    /// <exception cref="RecSysException">NOT_FOUND: the model does not know the track.</exception>
    public async Task<SimilarTracksResponse> GetAsync(
        string trackId, int trackCount, CallBudget budget, CancellationToken cancellationToken)
    {
        var call = new GetSimilarTracksRequest { TrackId = trackId, TrackCount = trackCount };
        var answer = await downstream.Candidate.TryAsync(
            token => candidateService.GetSimilarTracksAsync(call, downstream.Candidate.Limits(budget, token)).ResponseAsync, budget, cancellationToken);
        var (version, tracks) = answer.IsThere
            ? (answer.Value.ModelVersion, answer.Value.Tracks.Select(track => (track.TrackId, track.Score)).ToArray())
            : await FromStoreAsync(trackId, trackCount, budget, cancellationToken);

        var names = await catalogue.GetAsync(tracks.Select(track => track.TrackId).Prepend(trackId), budget, cancellationToken);
        var response = new SimilarTracksResponse { Track = names[trackId], ModelVersion = version };
        response.Items.Add(tracks.Select(track => new ScoredTrack { Track = names[track.TrackId], Score = track.Score }));
        return response;
    }

    /// <summary>A track's list as the trainer stored it; an empty one where the version has none.</summary>
    public async Task<DownstreamAnswer<SimilarTracksRow>> ReadStoredAsync(
        string version, string trackId, CallBudget budget, CancellationToken cancellationToken)
    {
        if (_stored.TryGet((version, trackId), out var known))
        {
            return DownstreamAnswer<SimilarTracksRow>.Of(known);
        }

        var answer = await downstream.Database.TryAsync(
            async token => await store.ReadSimilarAsync(version, trackId, token) ?? NoTracks, budget, cancellationToken);
        if (answer.IsThere)
        {
            _stored.AddOrUpdate((version, trackId), answer.Value);
        }

        return answer;
    }

    private async Task<(string Version, (string TrackId, double Score)[] Tracks)> FromStoreAsync(
        string trackId, int trackCount, CallBudget budget, CancellationToken cancellationToken)
    {
        var model = await versions.RequireAsync(downstream.Database.LongestWait(budget), cancellationToken);
        var list = await ReadStoredAsync(model.Version, trackId, budget, cancellationToken);
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
