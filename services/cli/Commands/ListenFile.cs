using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using RecSys.Analytics.Imports;
using RecSys.Cli.Output;
using RecSys.Contracts;
using RecSys.Contracts.Events.V1;

namespace RecSys.Cli.Commands;

/// <summary>Listens of JSON lines. The whole file is read before anything is sent, so that a broken line leaves nothing behind.</summary>
/// <param name="Listens">The listens.</param>
/// <param name="Lines">The line of each listen, from 1.</param>
internal sealed record ListenFile(IReadOnlyList<Listen> Listens, IReadOnlyList<int> Lines)
{
    public static ListenFile Read(string path)
    {
        // A character a byte, so that each line is judged by itself: a decoder of blocks doesn't know in which line a byte is wrong.
        using var reader = new StreamReader(Open(path), Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
        var listens = new List<Listen>();
        var lines = new List<int>();
        var lineNumber = 0;
        try
        {
            while (reader.ReadLine() is { } bytes)
            {
                lineNumber++;
                var line = Decode(bytes, isFirst: lineNumber == 1);
                if (!string.IsNullOrWhiteSpace(line))
                {
                    listens.Add(Parse(line));
                    lines.Add(lineNumber);
                }
            }
        }
        catch (JsonException exception)
        {
            throw Broken($"the JSON is broken at byte {exception.BytePositionInLine + 1}");
        }
        catch (FormatException exception)
        {
            throw Broken(exception.Message);
        }

        return listens.Count > 0 ? new ListenFile(listens, lines) : throw new UsageException($"{path}: holds no listens; one JSON object a line is expected.");

        UsageException Broken(string why) => new(
            $"{path}, line {lineNumber}: {why}. "
            + "Expected {\"user\":\"…\",\"track\":\"…\",\"listenedAt\":\"2026-01-31T20:15:00Z\"}. Nothing was submitted.");
    }

    private static Stream Open(string path) => path == "-" ? Console.OpenStandardInput() : LogText.Open(path);

    private static string Decode(string bytes, bool isFirst)
    {
        try
        {
            var line = IdText.StrictUtf8.GetString(Encoding.Latin1.GetBytes(bytes));
            return isFirst ? line.TrimStart('\uFEFF') : line;
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("the text is not valid UTF-8");
        }
    }

    private static Listen Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("a JSON object is expected");
        }

        var listen = new Listen();
        foreach (var property in root.EnumerateObject())
        {
            switch (property.Name)
            {
                case "user":
                    listen.UserId = Text(property);
                    break;
                case "track":
                    listen.TrackId = Text(property);
                    break;
                case "listenedAt":
                    listen.ListenTime = Time(property);
                    break;
                case "playedShare":
                    listen.PlayedShare = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetSingle(out var share)
                        ? share
                        : throw new FormatException("'playedShare' must be a number from 0 to 1");
                    break;
                case "plays":
                    listen.PlayCount = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetUInt32(out var plays)
                        ? plays
                        : throw new FormatException("'plays' must be a whole number");
                    break;
                default:
                    throw new FormatException($"'{property.Name}' is not a known key: user, track, listenedAt, playedShare, plays");
            }
        }

        return listen;
    }

    // Numbers are ids as well; what is empty or missing is refused by ingest, with all its other rules.
    private static string Text(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.String => Whole(property),
        JsonValueKind.Number => property.Value.GetRawText(),
        _ => throw new FormatException($"'{property.Name}' must be text or a number"),
    };

    // An escape such as \ud83d alone is half a character: it would reach nobody as it is.
    private static string Whole(JsonProperty property)
    {
        try
        {
            return property.Value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException($"'{property.Name}' has half a surrogate pair");
        }
    }

    private static Timestamp Time(JsonProperty property)
    {
        if (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out var seconds)
            && seconds is >= -62135596800 and <= 253402300799)
        {
            return new Timestamp { Seconds = seconds };
        }

        return property.Value.ValueKind == JsonValueKind.String
            && TimeText.TryParseIso(Whole(property), out var time)
                ? time.ToTimestamp()
                : throw new FormatException($"'{property.Name}' must be an ISO 8601 time with its year, or Unix seconds as a number");
    }
}
