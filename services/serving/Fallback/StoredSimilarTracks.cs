using Microsoft.Extensions.Options;
using RecSys.Data.Models;
using RecSys.Serving.Downstream;
using RecSys.Serving.Memory;

namespace RecSys.Serving.Fallback;

/// <summary>The lists of similar tracks that a version was published with, as far as they fit in memory.</summary>
internal sealed class StoredSimilarTracks(ModelStore store, DatabaseCalls database, IOptions<ServingOptions> options)
{
    private static readonly SimilarTracksRecord NoTracks = new("", [], []);

    private readonly BoundedCache<(string Version, string TrackId), SimilarTracksRecord> _lists = new(options.Value.SimilarCacheTracks);

    /// <summary>A track's list; an empty one where the version has none.</summary>
    public async Task<DownstreamAnswer<SimilarTracksRecord>> GetAsync(
        string version, string trackId, CallBudget budget, CancellationToken cancellationToken)
    {
        if (_lists.TryGet((version, trackId), out var known))
        {
            return DownstreamAnswer<SimilarTracksRecord>.Of(known);
        }

        var answer = await database.TryAsync(
            async token => await store.ReadSimilarAsync(version, trackId, token) ?? NoTracks, budget, cancellationToken);
        if (answer.IsThere)
        {
            _lists.Set((version, trackId), answer.Value);
        }

        return answer;
    }
}
