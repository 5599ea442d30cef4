using RecSys.Contracts.Common.V1;
using RecSys.Serving.Histories;

namespace RecSys.Serving.Slates;

/// <summary>What a slate is asked to be; checked.</summary>
/// <param name="UserId">Whose slate.</param>
/// <param name="SlateSize">How many tracks.</param>
/// <param name="IncludeHeard">Allows what was heard.</param>
/// <param name="ExcludedTrackIds">Must not come in.</param>
internal sealed record SlateRequest(string UserId, int SlateSize, bool IncludeHeard, IReadOnlyList<string> ExcludedTrackIds)
{
    /// <summary>Ranked tracks whose artists are looked at for one track of the slate, so that the choice is a real one.</summary>
    private const int ChoiceFactor = 5;

    /// <summary>How many of the best tracks the slate is chosen from.</summary>
    public int ChoiceSize => SlateSize * ChoiceFactor;
}

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
            _denied.UnionWith(history.Select(listen => listen.TrackId));
        }
    }

    public bool Allows(string trackId) => !_denied.Contains(trackId);
}

/// <summary>A track that may come into the slate.</summary>
/// <param name="TrackId">The track.</param>
/// <param name="Score">Larger is better; comparable within one answer only.</param>
/// <param name="Sources">What brought it, the strongest first; at least one.</param>
internal sealed record SlateTrack(string TrackId, double Score, IReadOnlyList<SlateSource> Sources)
{
    /// <summary>The track and those that its reasons may name.</summary>
    public IEnumerable<string> TrackIds => Sources.Select(source => source.BecauseTrackId).Where(id => id.Length > 0).Prepend(TrackId);
}

/// <summary>A source that brought a track.</summary>
/// <param name="Source">The source.</param>
/// <param name="Score">Its own score: listeners for popular.</param>
/// <param name="BecauseTrackId">The heard track that brought it; empty where none did.</param>
internal sealed record SlateSource(CandidateSource Source, double Score, string BecauseTrackId = "");
