using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using RecSys.Cli.Output;
using RecSys.Contracts;
using RecSys.Contracts.Events.V1;

namespace RecSys.Cli.Commands;

/// <summary>Reads listens from JSON lines. The whole file is read before anything is sent, so that a broken line leaves nothing behind.</summary>
internal static class ListenFile
{
    public static List<Listen> Read(string path)
    {
        using var stream = Open(path);
        // Invalid UTF-8 must not turn into other letters silently.
        using var reader = new StreamReader(stream, IdText.StrictUtf8);
        var listens = new List<Listen>();
        var lineNumber = 0;
        try
        {
            while (reader.ReadLine() is { } line)
            {
                lineNumber++;
                if (!string.IsNullOrWhiteSpace(line))
                {
                    listens.Add(Parse(line));
                }
            }
        }
        catch (DecoderFallbackException)
        {
            throw Broken("the text is not valid UTF-8");
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidDataException)
        {
            throw Broken(exception.Message);
        }

        return listens.Count > 0 ? listens : throw new UsageException($"{path}: holds no listens; one JSON object a line is expected.");

        UsageException Broken(string why) => new(
            $"{path}, line {lineNumber + (why.StartsWith("the text", StringComparison.Ordinal) ? 1 : 0)}: {why.TrimEnd('.')}. "
            + "Expected {\"user\":\"…\",\"track\":\"…\",\"listenedAt\":\"2026-01-31T20:15:00Z\"}. Nothing was submitted.");
    }

    private static Stream Open(string path)
    {
        if (path == "-")
        {
            return Console.OpenStandardInput();
        }

        if (!File.Exists(path))
        {
            throw new UsageException(Directory.Exists(path) ? $"{path} is a folder, a file is expected." : $"{path}: there is no such file.");
        }

        var file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
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
        JsonValueKind.String => property.Value.GetString()!,
        JsonValueKind.Number => property.Value.GetRawText(),
        _ => throw new FormatException($"'{property.Name}' must be text or a number"),
    };

    private static Timestamp Time(JsonProperty property)
    {
        if (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out var seconds)
            && seconds is >= -62135596800 and <= 253402300799)
        {
            return new Timestamp { Seconds = seconds };
        }

        return property.Value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(property.Value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time.ToTimestamp()
                : throw new FormatException($"'{property.Name}' must be an ISO 8601 time or Unix seconds");
    }
}
