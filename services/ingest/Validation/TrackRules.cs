using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Common.V1;
using RecSys.Hosting;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Validation;

/// <summary>What a catalogue entry must be like to be stored.</summary>
internal static class TrackRules
{
    /// <summary>Most entries in one request.</summary>
    public const int MaxTracksPerRequest = 500;

    /// <summary>Longest title, artist or album, in Unicode code points.</summary>
    public const int MaxNameLength = ListenRules.MaxNameLength;

    /// <summary>Most genres of one track.</summary>
    public const int MaxGenres = 32;

    /// <summary>Longest genre, in Unicode code points.</summary>
    public const int MaxGenreLength = 128;

    /// <summary>Adds one violation for every bad field of <paramref name="tracks"/>; adds nothing when all are good.</summary>
    /// <param name="tracks">The entries of one request.</param>
    /// <param name="violations">Receives fields such as <c>tracks[3].title</c>.</param>
    public static void Check(IReadOnlyList<Track> tracks, FieldViolations violations)
    {
        violations.RequireRange(tracks.Count, 1, MaxTracksPerRequest, "tracks");
        var firstIndex = new Dictionary<string, int>(tracks.Count);
        for (var i = 0; i < tracks.Count; i++)
        {
            var path = $"tracks[{i}]";
            Check(tracks[i], path, violations);
            if (!firstIndex.TryAdd(tracks[i].TrackId, i) && tracks[i].TrackId.Length > 0)
            {
                violations.Add($"{path}.track_id", $"must not repeat, stands in tracks[{firstIndex[tracks[i].TrackId]}] already");
            }
        }
    }

    private static void Check(Track track, string path, FieldViolations violations)
    {
        violations.RequireId(track.TrackId, $"{path}.track_id");
        violations.RequireText(track.Title, $"{path}.title", MaxNameLength);
        violations.RequireText(track.Artist, $"{path}.artist", MaxNameLength);
        violations.RequireText(track.Album, $"{path}.album", MaxNameLength);
        violations.Require(
            track.Genres.Count <= MaxGenres, $"{path}.genres", $"must have at most {MaxGenres} entries, has {track.Genres.Count}");
        for (var i = 0; i < Math.Min(track.Genres.Count, MaxGenres); i++)
        {
            violations.RequireText(track.Genres[i], $"{path}.genres[{i}]", MaxGenreLength, mayBeEmpty: false);
        }

        violations.Require(
            track.Duration is null || ListenRules.IsTrackLength(track.Duration),
            $"{path}.duration",
            "must be more than 0 and at most a day, or unset when unknown");
    }
}
