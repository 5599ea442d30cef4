using RecSys.Contracts.Serving.V1;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Errors;
using RecSys.Serving.Grpc;

namespace RecSys.Serving.Lists;

/// <summary>The tracks with the most listeners, page by page.</summary>
internal sealed class PopularPages(ModelFollower<ServedVersion> versions, Downstream downstream, TrackCatalogue catalogue)
{
    /// <param name="pageSize">Tracks on a page.</param>
    /// <param name="start">The version whose list is paged and how much of it was shown; null for the first page.</param>
    /// <param name="budget">The time that is left.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <exception cref="RecSysException">INVALID_ARGUMENT: the version of the pages before is gone.</exception>
    public async Task<PopularResponse> GetAsync(
        int pageSize, (string Version, int Shown)? start, CallBudget budget, CancellationToken cancellationToken)
    {
        var version = await versions.RequireAsync(downstream.Database.LongestWait(budget), cancellationToken);
        if (start is { } begun)
        {
            version = versions.Find(begun.Version) ?? throw ServingRequests.ExpiredPopularToken();
        }

        var shown = start?.Shown ?? 0;
        var page = version.Popular.Skip(shown).Take(pageSize).ToArray();
        var names = await catalogue.GetAsync(page.Select(track => track.TrackId), budget, cancellationToken);
        var response = new PopularResponse { ModelVersion = version.Version };
        response.Items.Add(page.Select(track => new ScoredTrack { Track = names[track.TrackId], Score = track.ListenerCount }));
        if (shown + page.Length < version.Popular.Count)
        {
            response.NextPageToken = PopularPageToken.Make(version.Version, shown + page.Length);
        }

        return response;
    }
}
