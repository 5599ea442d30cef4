using RecSys.Serving.Histories;

namespace RecSys.Serving.Slates;

/// <summary>Which tracks must not come into a slate.</summary>
internal sealed class SlateFilter
{
    private readonly HashSet<string> _denied;

    /// <param name="history">The user's history, whose tracks are left out unless <paramref name="includeHeard"/>.</param>
    /// <param name="includeHeard">Allows what was heard.</param>
    /// <param name="excludedTrackIds">Left out in any case.</param>
    public SlateFilter(IReadOnlyList<HistoryListen> history, bool includeHeard, IEnumerable<string> excludedTrackIds)
    {
        _denied = new HashSet<string>(excludedTrackIds, StringComparer.Ordinal);
        if (!includeHeard)
        {
            foreach (var listen in history)
            {
                _denied.Add(listen.TrackId);
            }
        }
    }

    public bool Allows(string trackId) => !_denied.Contains(trackId);
}
