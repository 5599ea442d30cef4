using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Common.V1;

namespace RecSys.Ingest.Validation;

/// <summary>What a catalogue entry must be like to be stored.</summary>
internal static class TrackRules
{
    /// <summary>Most entries in one request.</summary>
    public const int MaxTracksPerRequest = 500;

    /// <summary>Longest title, artist or album, in characters.</summary>
    public const int MaxNameLength = 1_000;

    /// <summary>Most genres of one track.</summary>
    public const int MaxGenres = 32;

    /// <summary>Longest genre, in characters.</summary>
    public const int MaxGenreLength = 128;

    /// <summary>Longest track: a day, which also holds the longest mix.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(1);

    /// <summary>Adds one fault for every bad field of <paramref name="track"/>; adds nothing when it is good.</summary>
    public static void Check(Track track, List<FieldFault> faults)
    {
        Add(faults, "track_id", TextRules.FaultOfId(track.TrackId));
        Add(faults, "title", TextRules.FaultOfText(track.Title, MaxNameLength));
        Add(faults, "artist", TextRules.FaultOfText(track.Artist, MaxNameLength));
        Add(faults, "album", TextRules.FaultOfText(track.Album, MaxNameLength));

        if (track.Genres.Count > MaxGenres)
        {
            Add(faults, "genres", $"has {track.Genres.Count:N0} entries; at most {MaxGenres} are allowed.");
        }

        for (var i = 0; i < Math.Min(track.Genres.Count, MaxGenres); i++)
        {
            var genre = track.Genres[i];
            var reason = string.IsNullOrWhiteSpace(genre) ? "must not be blank." : TextRules.FaultOfText(genre, MaxGenreLength);
            Add(faults, $"genres[{i}]", reason);
        }

        Add(faults, "duration", FaultOfDuration(track.Duration));
    }

    private static string? FaultOfDuration(Duration? duration)
    {
        if (duration is null)
        {
            return null;
        }

        // Whole seconds first: a value beyond a TimeSpan must be refused, not thrown at.
        var inRange = duration.Seconds >= 0 && duration.Seconds <= (long)MaxDuration.TotalSeconds
            && duration.Nanos is >= 0 and < 1_000_000_000
            && (duration.Seconds > 0 || duration.Nanos > 0);
        return inRange ? null : "must be longer than 0 and at most a day, or unset when unknown.";
    }

    private static void Add(List<FieldFault> faults, string field, string? reason)
    {
        if (reason is not null)
        {
            faults.Add(new FieldFault(field, reason));
        }
    }
}
