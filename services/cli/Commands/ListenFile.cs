using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using RecSys.Analytics.Imports;
using RecSys.Cli.Output;
using RecSys.Contracts;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Cli.Commands;

/// <summary>Reads listens from JSON lines. A line that can't be read costs no other line.</summary>
internal static class ListenFile
{
    private const string Keys = "user, track, artist, title, album, listenedAt, playedShare, playedSeconds, trackSeconds, plays, eventId";
    private const string ByteOrderMark = "\u00EF\u00BB\u00BF";

    /// <summary>The file's lines that are not blank.</summary>
    /// <exception cref="UsageException">The file can't be read, or holds no listens.</exception>
    public static IReadOnlyList<ListenLine> Read(string path)
    {
        using var stream = Open(path);

        // As Latin-1 every byte is a character: a line that is not UTF-8 is found out by itself and doesn't end the reading.
        using var reader = new StreamReader(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
        var lines = new List<ListenLine>();
        try
        {
            for (var number = 1; reader.ReadLine() is { } bytes; number++)
            {
                bytes = number == 1 && bytes.StartsWith(ByteOrderMark, StringComparison.Ordinal) ? bytes[ByteOrderMark.Length..] : bytes;
                if (!string.IsNullOrWhiteSpace(bytes))
                {
                    lines.Add(Parse(number, Encoding.Latin1.GetBytes(bytes)));
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"{path}: {exception.Message.TrimEnd('.')}. Nothing was submitted.");
        }

        return lines.Count > 0 ? lines : throw new UsageException($"{path}: holds no listens; one JSON object a line is expected.");
    }

    private static Stream Open(string path) => path == "-" ? Console.OpenStandardInput() : LogText.Open(path);

    private static ListenLine Parse(int number, byte[] bytes)
    {
        var listen = new Listen();
        var faults = new FieldViolations();
        try
        {
            using var json = JsonDocument.Parse(IdText.StrictUtf8.GetString(bytes));
            if (faults.Require(json.RootElement.ValueKind == JsonValueKind.Object, "line", "must be a JSON object with the keys " + Keys))
            {
                foreach (var property in json.RootElement.EnumerateObject())
                {
                    Set(listen, property.Name, property.Value, faults);
                }
            }
        }
        catch (DecoderFallbackException)
        {
            faults.Add("line", "must be valid UTF-8");
        }
        catch (JsonException exception)
        {
            faults.Add("line", $"must be valid JSON, fails at byte {exception.BytePositionInLine}");
        }
        catch (InvalidOperationException)
        {
            faults.Add("line", "must be valid Unicode, has half a surrogate pair");
        }

        return new ListenLine(number, listen, faults);
    }

    private static void Set(Listen listen, string key, JsonElement value, FieldViolations faults)
    {
        switch (key)
        {
            case "user":
                listen.UserId = Text(value, "user_id", faults);
                break;
            case "track":
                listen.TrackId = Text(value, "track_id", faults);
                break;
            case "artist":
                listen.Artist = Text(value, "artist", faults);
                break;
            case "title":
                listen.Title = Text(value, "title", faults);
                break;
            case "album":
                listen.Album = Text(value, "album", faults);
                break;
            case "eventId":
                listen.EventId = Text(value, "event_id", faults);
                break;
            case "listenedAt":
                listen.ListenTime = Time(value, faults);
                break;
            case "playedShare":
                if (faults.Require(value.ValueKind == JsonValueKind.Number, "played_share", "must be a number from 0 to 1"))
                {
                    listen.PlayedShare = (float)value.GetDouble();
                }

                break;
            case "plays":
                var plays = 0u;
                if (faults.Require(value.ValueKind == JsonValueKind.Number && value.TryGetUInt32(out plays), "play_count", "must be a whole number"))
                {
                    listen.PlayCount = plays;
                }

                break;
            case "playedSeconds":
                listen.PlayedDuration = Seconds(value, "played_duration", faults);
                break;
            case "trackSeconds":
                listen.TrackLength = Seconds(value, "track_length", faults);
                break;
            default:
                faults.Add("line", $"must have no other keys than {Keys}; has '{key}'");
                break;
        }
    }

    // Numbers are ids as well; what is empty or missing is refused by the rules of all listens.
    private static string Text(JsonElement value, string field, FieldViolations faults)
    {
        faults.Require(value.ValueKind is JsonValueKind.String or JsonValueKind.Number, field, "must be a text or a number");
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
    }

    private static Duration? Seconds(JsonElement value, string field, FieldViolations faults) =>
        faults.Require(value.ValueKind == JsonValueKind.Number && Math.Abs(value.GetDouble()) <= 86_400, field, "must be a number of seconds, at most a day")
            ? Duration.FromTimeSpan(TimeSpan.FromSeconds(value.GetDouble()))
            : null;

    private static Timestamp? Time(JsonElement value, FieldViolations faults)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds))
        {
            return new Timestamp { Seconds = seconds };
        }

        var time = default(DateTimeOffset);
        var isTime = value.ValueKind == JsonValueKind.String && TimeText.TryParseIso(value.GetString()!, out time);
        return faults.Require(isTime, "listen_time", "must be an ISO 8601 time, such as 2026-01-31T20:15:00Z, or Unix seconds") ? time.ToTimestamp() : null;
    }
}

/// <summary>A line of a file of listens.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Listen">The listen, as far as it can be read.</param>
/// <param name="Faults">What can't be read of it, by the contract's names of fields; <c>line</c> is the line as a whole.</param>
internal sealed record ListenLine(int Number, Listen Listen, FieldViolations Faults);
