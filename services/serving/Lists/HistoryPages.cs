using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Serving.V1;
using RecSys.Hosting.Errors;
using RecSys.Serving.Grpc;
using RecSys.Serving.Histories;

namespace RecSys.Serving.Lists;

/// <summary>A user's history, page by page.</summary>
internal sealed class HistoryPages(LiveHistories histories, TrackCatalogue catalogue)
{
    /// <param name="userId">Whose history.</param>
    /// <param name="pageSize">Listens on a page.</param>
    /// <param name="before">The last listen of the page before; null for the first page.</param>
    /// <param name="budget">The time that is left.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <exception cref="RecSysException">UNAVAILABLE: the history can't be read; half a history is not passed off as one.</exception>
    public async Task<GetHistoryResponse> GetAsync(
        string userId, int pageSize, HistoryPosition? before, CallBudget budget, CancellationToken cancellationToken)
    {
        var history = await histories.GetAsync(userId, budget, cancellationToken);
        if (history.Missing is not null)
        {
            throw RecSysException.Unavailable(
                "DATABASE_UNAVAILABLE", "The database can't be reached, so the history can't be read. Call again.", TimeSpan.FromSeconds(1));
        }

        var start = 0;
        if (before is { } position)
        {
            // Newest first: skip what is not older than the last one shown.
            while (start < history.Listens.Count && history.Listens[start].Position.CompareTo(position) >= 0)
            {
                start++;
            }
        }

        var page = history.Listens.Skip(start).Take(pageSize).ToArray();
        var names = await catalogue.GetAsync(page.Select(listen => listen.TrackId), budget, cancellationToken);
        var response = new GetHistoryResponse { UserId = userId };
        foreach (var listen in page)
        {
            var item = new HistoryItem
            {
                Track = names[listen.TrackId],
                ListenTime = Timestamp.FromDateTimeOffset(listen.ListenedAt),
                PlayCount = (uint)listen.PlayCount,
            };
            if (listen.PlayedShare is { } share)
            {
                item.PlayedShare = share;
            }

            response.Items.Add(item);
        }

        if (start + page.Length < history.Listens.Count)
        {
            response.NextPageToken = HistoryPageToken.Make(userId, page[^1].Position);
        }

        return response;
    }
}
