using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.ListenBrainz;

/// <summary>One element of a request's <c>payload</c>: the listen as it is written there, and what of it can't be read.</summary>
/// <param name="Listen">The listen, without what can't be read.</param>
/// <param name="Faults">Bad fields, by their names in the listen's contract; what is wrong with a value is up to the rules.</param>
/// <param name="Client">The program that sent it; null when it doesn't say.</param>
internal sealed record ListenPayload(Listen Listen, FieldViolations Faults, string? Client)
{
    /// <summary>Most listens in one request.</summary>
    public const int MaxListens = 1_000;

    /// <summary>The largest listen, in bytes of its JSON.</summary>
    public const int MaxListenBytes = 10_240;

    /// <summary>The largest request: as many of the largest listens, and what is around them.</summary>
    public const int MaxBytes = MaxListens * (MaxListenBytes + 16);

    // A day, the longest track and the longest play of one.
    private const double MaxLengthMilliseconds = 86_400_000;

    // The contract's names of fields, and what they are called here.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["user_id"] = "user_name",
        ["track_id"] = "track_metadata",
        ["artist"] = "track_metadata.artist_name",
        ["title"] = "track_metadata.track_name",
        ["album"] = "track_metadata.release_name",
        ["listen_time"] = "listened_at",
        ["track_length"] = "track_metadata.additional_info.duration_ms",
    };

    /// <summary>What a field of the contract is called in the protocol.</summary>
    public static string NameOf(string field) => Names.GetValueOrDefault(field, field);

    /// <summary>Reads an element.</summary>
    /// <param name="element">The element.</param>
    /// <param name="userId">Whose listen it is.</param>
    /// <param name="needsTime">False for what is playing now, which has no time.</param>
    public static ListenPayload Read(JsonElement element, string userId, bool needsTime)
    {
        var listen = new Listen { UserId = userId };
        var faults = new FieldViolations();
        var bytes = JsonMarshal.GetRawUtf8Value(element).Length;
        if (!faults.Require(bytes <= MaxListenBytes, "", $"must have at most {MaxListenBytes} bytes, has {bytes}")
            || !faults.Require(element.ValueKind == JsonValueKind.Object, "", "must be an object"))
        {
            return new ListenPayload(listen, faults, Client: null);
        }

        try
        {
            return new ListenPayload(listen, faults, ReadMembers(element, listen, faults, needsTime));
        }
        catch (InvalidOperationException)
        {
            faults.Add("", "must have names that are valid Unicode");
            return new ListenPayload(listen, faults, Client: null);
        }
    }

    /// <summary>Reads what is in an element, and returns the program that sent it.</summary>
    /// <exception cref="InvalidOperationException">The name of a member has half a surrogate pair, or is not UTF-8.</exception>
    private static string? ReadMembers(JsonElement element, Listen listen, FieldViolations faults, bool needsTime)
    {
        if (needsTime)
        {
            ReadTime(element, listen, faults);
        }

        if (!element.TryGetProperty("track_metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object)
        {
            faults.Add("track_id", "must be an object with artist_name and track_name");
            return null;
        }

        listen.Artist = Text(metadata, "artist_name", "artist", faults);
        listen.Title = Text(metadata, "track_name", "title", faults);
        listen.Album = Text(metadata, "release_name", "album", faults);
        if (!metadata.TryGetProperty("additional_info", out var info) || info.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        listen.TrackLength = (LengthOf(info, "duration_ms", milliseconds: 1) ?? LengthOf(info, "duration", milliseconds: 1_000)) is { } length
            && ListenRules.IsTrackLength(length) ? length : null;
        listen.PlayedDuration = LengthOf(info, "duration_played", milliseconds: 1_000);
        return ClientOf(info);
    }

    private static void ReadTime(JsonElement element, Listen listen, FieldViolations faults)
    {
        if (element.TryGetProperty("listened_at", out var time)
            && (Number(time) is { } seconds && seconds == Math.Truncate(seconds) && Math.Abs(seconds) < 1e18))
        {
            listen.ListenTime = new Timestamp { Seconds = (long)seconds };
        }
        else
        {
            faults.Add("listen_time", "must be whole seconds since 1970");
        }
    }

    private static string Text(JsonElement metadata, string name, string field, FieldViolations faults)
    {
        if (!metadata.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return "";
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            faults.Add(field, "must be a text");
            return "";
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            faults.Add(field, "must be valid Unicode");
            return "";
        }
    }

    // Additional information is what a player likes to add, in whatever form: what can't be used is left out.
    private static Duration? LengthOf(JsonElement info, string name, double milliseconds) =>
        info.TryGetProperty(name, out var value) && Number(value) * milliseconds is >= 0 and <= MaxLengthMilliseconds and var length
            ? Duration.FromTimeSpan(TimeSpan.FromMilliseconds(length))
            : null;

    private static string? ClientOf(JsonElement info)
    {
        foreach (var name in (ReadOnlySpan<string>)["submission_client", "media_player", "listening_from"])
        {
            if (info.TryGetProperty(name, out var client) && client.ValueKind == JsonValueKind.String && IsText(client, out var text) && text.Length > 0)
            {
                return text;
            }
        }

        return null;
    }

    private static bool IsText(JsonElement value, out string text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    // Some players write numbers as texts.
    private static double? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when IsText(value, out var text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}
