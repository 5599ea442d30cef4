using RecSys.Data.Models;

namespace RecSys.Serving.Models;

/// <summary>A version's tracks with the most listeners, best first.</summary>
internal sealed class PopularList(string version, IReadOnlyList<PopularTrackRecord> tracks)
{
    private readonly Dictionary<string, long> _listeners = tracks.ToDictionary(
        track => track.TrackId, track => track.ListenerCount, StringComparer.Ordinal);

    public string Version => version;

    public IReadOnlyList<PopularTrackRecord> Tracks => tracks;

    /// <summary>How many listeners a track has; 0 when it is not in the list.</summary>
    public long ListenersOf(string trackId) => _listeners.GetValueOrDefault(trackId);
}
