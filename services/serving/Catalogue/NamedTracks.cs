using RecSys.Contracts.Common.V1;

namespace RecSys.Serving.Catalogue;

/// <summary>The catalogue entries for one answer.</summary>
/// <param name="tracks">By track id.</param>
/// <param name="missing">Why some names could not be read; null when all were.</param>
internal sealed class NamedTracks(IReadOnlyDictionary<string, Track> tracks, string? missing)
{
    public string? Missing => missing;

    /// <summary>The entry of a track; only its id when nothing more is known.</summary>
    public Track this[string trackId] => tracks.TryGetValue(trackId, out var track) ? track : new Track { TrackId = trackId };
}
