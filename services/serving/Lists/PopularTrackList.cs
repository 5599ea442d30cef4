using RecSys.Contracts.Serving.V1;
using RecSys.Serving.Catalogue;
using RecSys.Serving.Downstream;
using RecSys.Serving.Grpc;
using RecSys.Serving.Models;
using RecSys.Serving.Paging;

namespace RecSys.Serving.Lists;

/// <summary>The tracks with the most listeners, page by page.</summary>
internal sealed class PopularTrackList(PublishedModels models, TrackCatalogue catalogue)
{
    /// <param name="pageSize">Tracks on a page.</param>
    /// <param name="start">The version whose list is paged and how much of it was shown; null for the first page.</param>
    /// <param name="budget">The time that is left.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <exception cref="Hosting.Errors.RecSysException">INVALID_ARGUMENT: the version of the pages before is gone.</exception>
    public async Task<PopularResponse> GetAsync(
        int pageSize, (string Version, int Shown)? start, CallBudget budget, CancellationToken cancellationToken)
    {
        var popular = await models.RequireAsync(budget, cancellationToken);
        if (start is { } begun)
        {
            popular = models.Find(begun.Version) ?? throw RequestRules.ExpiredPopularToken();
        }

        var shown = start?.Shown ?? 0;
        var page = popular.Tracks.Skip(shown).Take(pageSize).ToArray();
        var names = await catalogue.GetAsync(page.Select(track => track.TrackId), budget, cancellationToken);
        var response = new PopularResponse { ModelVersion = popular.Version };
        response.Items.Add(page.Select(track => new ScoredTrack { Track = names[track.TrackId], Score = track.ListenerCount }));
        if (shown + page.Length < popular.Tracks.Count)
        {
            response.NextPageToken = PopularPageToken.Make(popular.Version, shown + page.Length);
        }

        return response;
    }
}
