using System.Globalization;
using RecSys.Contracts.Common.V1;

namespace RecSys.Serving.Slates;

/// <summary>Says in one sentence why a track is in a slate.</summary>
internal static class ReasonWriter
{
    /// <param name="track">The track, with the sources that brought it.</param>
    /// <param name="catalogue">The catalogue entry of a track; its names may be empty.</param>
    public static string Write(SlateTrack track, Func<string, Track> catalogue)
    {
        var strongest = track.Sources[0];
        return strongest.Source switch
        {
            CandidateSource.Similar when strongest.BecauseTrackId.Length > 0 =>
                $"Because you played {Name(catalogue(strongest.BecauseTrackId))}",
            CandidateSource.Similar => "It resembles what you played",
            CandidateSource.ItemNeighbors when strongest.BecauseTrackId.Length > 0 =>
                $"Listeners of {Name(catalogue(strongest.BecauseTrackId))} also play this",
            CandidateSource.UserNeighbors => "Played by those whose listening resembles yours most",
            CandidateSource.Next when strongest.BecauseTrackId.Length > 0 =>
                $"Often played after {Name(catalogue(strongest.BecauseTrackId))}",
            CandidateSource.Popular when strongest.Score == 1 => "Popular: 1 listener",
            CandidateSource.Popular when strongest.Score > 1 =>
                string.Create(CultureInfo.InvariantCulture, $"Popular: {strongest.Score:#,0} listeners"),
            CandidateSource.Popular => "Popular with all listeners",
            _ => Nearby(track) is { } nearby
                ? $"Listeners with your taste play this, and it is close to {Name(catalogue(nearby))}, which you played"
                : "Listeners with your taste play this",
        };
    }

    /// <summary>The heard track that a weaker source names.</summary>
    private static string? Nearby(SlateTrack track) =>
        track.Sources.FirstOrDefault(source => source.BecauseTrackId.Length > 0)?.BecauseTrackId;

    private static string Name(Track track) => (track.Title.Length, track.Artist.Length) switch
    {
        (0, _) => $"track {track.TrackId}",
        (_, 0) => track.Title,
        _ => $"{track.Title} by {track.Artist}",
    };
}
