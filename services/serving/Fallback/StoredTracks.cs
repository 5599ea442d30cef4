using RecSys.Serving.Slates;

namespace RecSys.Serving.Fallback;

/// <summary>Collects tracks from several lists, each track once and only those that are allowed.</summary>
internal sealed class StoredTracks(SlateFilter filter)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<(string TrackId, SlateSource Source)> _tracks = [];

    public int Count => _tracks.Count;

    /// <summary>Appends what is allowed and not there yet.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Add(IEnumerable<(string TrackId, SlateSource Source)> tracks)
    {
        var before = _tracks.Count;
        foreach (var track in tracks)
        {
            if (filter.Allows(track.TrackId) && _taken.Add(track.TrackId))
            {
                _tracks.Add(track);
            }
        }

        return _tracks.Count > before;
    }

    /// <summary>
    /// The tracks in the order in which they came. Their lists' scores have different units, so the score is that of the
    /// place: 1, 1/2, 1/3 and so on.
    /// </summary>
    public IReadOnlyList<SlateTrack> ToSlateTracks() =>
        [.. _tracks.Select((track, place) => new SlateTrack(track.TrackId, 1.0 / (place + 1), [track.Source]))];
}
