using RecSys.Data.Schema;

namespace RecSys.Data.History;

/// <summary>
/// Adds listens and drops each user's oldest ones above a limit. A user's row is locked meanwhile, so that two writers
/// can't both count; <c>recent_listen_count</c> saves counting up to the limit for each batch.
/// </summary>
internal interface IRecentListenWriter
{
    /// <summary>Runs inside the context's transaction.</summary>
    /// <param name="context">With an open transaction.</param>
    /// <param name="listens">Distinct by key and ordered by user.</param>
    /// <param name="limit">Listens to keep per user.</param>
    /// <param name="cancellationToken">Stops the statements.</param>
    /// <returns>How many listens were new.</returns>
    Task<int> AddAsync(RecSysDbContext context, IReadOnlyList<RecentListen> listens, int limit, CancellationToken cancellationToken);
}
