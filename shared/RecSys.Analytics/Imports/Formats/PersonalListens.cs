using System.Text;
using System.Text.Json;
using RecSys.Analytics.Engine;
using RecSys.Contracts;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>A play of one person's export. Texts are empty where the export has none.</summary>
internal sealed record PersonalListen
{
    /// <summary>When, in microseconds since 1970; null when it can't be read.</summary>
    public required long? Time { get; init; }

    /// <summary>Whom the row names as the listener.</summary>
    public string User { get; init; } = "";

    public string TrackId { get; init; } = "";

    public string Title { get; init; } = "";

    public string ArtistId { get; init; } = "";

    public string Artist { get; init; } = "";

    public string Album { get; init; } = "";

    /// <summary>For how long it was played, in milliseconds.</summary>
    public double? PlayedMs { get; init; }

    /// <summary>How long the track is, in milliseconds.</summary>
    public double? LengthMs { get; init; }

    /// <summary>Whether it was played to its end.</summary>
    public bool IsEnded { get; init; }

    /// <summary>Whether it is something else than a track.</summary>
    public bool IsNotTrack { get; init; }

    /// <summary>Whether the row can't be read; then the title is its place.</summary>
    public bool IsUnparseable { get; init; }
}

/// <summary>
/// The plays of one person's export, read here into a table of the engine: such exports are small, and their nested rows are told apart
/// more exactly than in SQL.
/// </summary>
internal sealed class PersonalListens : IDisposable
{
    private const string Table = "personal_listens";
    private const string UserRemedy = "Name the listener with --user NAME";

    private readonly EngineConnection _connection;
    private readonly EngineAppender _appender;
    private readonly ImportOptions _options;
    private readonly SortedSet<string> _users = new(StringComparer.Ordinal);
    private bool _hasUnnamed;

    public PersonalListens(EngineConnection connection, ImportOptions options)
    {
        (_connection, _options) = (connection, options);
        connection.Execute(
            $"""
            CREATE OR REPLACE TEMP TABLE {Table} (user_id VARCHAR, listened_at BIGINT, track_id VARCHAR, title VARCHAR, artist_id VARCHAR, artist VARCHAR, album VARCHAR,
                played_ms DOUBLE, length_ms DOUBLE, is_ended BOOLEAN, is_not_track BOOLEAN, is_unparseable BOOLEAN)
            """,
            CancellationToken.None);
        _appender = connection.Append(Table);
    }

    /// <summary>Files that are left out.</summary>
    public List<LeftOutFile> LeftOut { get; } = [];

    /// <summary>Adds a row.</summary>
    public void Add(PersonalListen listen)
    {
        if (listen.User.Length > 0)
        {
            _users.Add(listen.User);
        }
        else if (!listen.IsUnparseable)
        {
            _hasUnnamed = true;
        }

        // NUL can't be given to the engine; in an id, what stands for it is refused by a rule.
        static string Text(string text) => text.Replace('\0', '\u0001');
        _appender.Add(Text(listen.User)).Add(listen.Time).Add(Text(listen.TrackId)).Add(Text(listen.Title)).Add(Text(listen.ArtistId)).Add(Text(listen.Artist)).Add(Text(listen.Album))
            .Add(listen.PlayedMs).Add(listen.LengthMs).Add(listen.IsEnded).Add(listen.IsNotTrack).Add(listen.IsUnparseable).EndRow();
    }

    /// <summary>Adds a row of JSON; one that can't be read counts as such.</summary>
    /// <param name="row">The row.</param>
    /// <param name="place">Where it is, for a person.</param>
    /// <param name="read">Makes a play of an object; null when it is none.</param>
    public void Add(JsonElement row, string place, Func<JsonElement, PersonalListen?> read)
    {
        PersonalListen? listen;
        try
        {
            listen = row.ValueKind == JsonValueKind.Object ? read(row) : null;
        }
        catch (InvalidOperationException)
        {
            // A text has half a surrogate pair.
            listen = null;
        }

        Add(listen ?? new PersonalListen { Time = null, Title = place, IsUnparseable = true });
    }

    /// <summary>The plan for all rows that were added.</summary>
    /// <param name="files">The files that they came from.</param>
    /// <param name="userInExport">Whom the export as a whole names; null when it doesn't.</param>
    /// <exception cref="LakeInputException">Nobody says who listened.</exception>
    public ImportPlan Plan(IReadOnlyList<InputFile> files, string? userInExport = null)
    {
        _appender.Complete();
        var user = _options.User ?? userInExport ?? (_users.Count == 1 ? _users.Min : null);
        if (user is null && (_hasUnnamed || _users.Count == 0))
        {
            throw new LakeInputException(
                string.Join(", ", files.Select(file => file.Path)),
                _users.Count == 0 ? "does not say who listened" : $"has plays of {string.Join(", ", _users.Take(3))} and plays of nobody",
                UserRemedy);
        }

        // A row that can't be read has no user; with one it counts as unparseable, not as without an id.
        var userSql = _options.User is not null || user is not null && _users.Count == 0
            ? SqlText.Literal(user!)
            : $"coalesce(nullif(user_id, ''), {SqlText.Literal(user ?? "unknown")})";
        var named = new NamedListens(userSql, "artist_id", "artist", "track_id", "title") { Album = "album" }.At(_options.Level);
        var select = named with
        {
            Track = $"CASE WHEN NOT is_unparseable THEN {named.Track} END",
            Time = "listened_at",
            IsNotTrack = "is_not_track",
            IsUnparseable = "is_unparseable",
            PlayedShare = "CASE WHEN is_ended THEN 1 WHEN played_ms IS NOT NULL AND whole_ms > 0 THEN least(1, played_ms / whole_ms) END::FLOAT",
        };

        // The length of a track is that of its longest play to the end, where the export does not say it.
        var source = $"(SELECT *, coalesce(length_ms, max(played_ms) FILTER (is_ended) OVER (PARTITION BY track_id, artist, title)) AS whole_ms FROM {Table})";
        return new ImportPlan(files, select.From(source), Timed: true) { HasSinglePlays = true, HasNames = true, LeftOut = LeftOut };
    }

    public void Dispose() => _appender.Dispose();
}

/// <summary>Files of JSON as exports have them.</summary>
internal static class JsonFiles
{
    /// <summary>The whole file as one value.</summary>
    /// <exception cref="LakeInputException">It is no JSON, or not a whole one.</exception>
    public static JsonDocument Parse(InputFile file)
    {
        RefuseZstd(file);
        try
        {
            using var reader = new StreamReader(CompressedFile.OpenRead(file.Path, file.Compression), IdText.StrictUtf8, detectEncodingFromByteOrderMarks: false);
            return JsonDocument.Parse(reader.ReadToEnd().TrimStart('\uFEFF'));
        }
        catch (JsonException exception)
        {
            throw new LakeInputException(file.Path, "is no whole JSON", "Fetch or export the file again", exception.LineNumber + 1, exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw NotUtf8(file, null, exception);
        }
    }

    /// <summary>The lines that are not empty, each with its number from 1 and its value; null for one that is no JSON.</summary>
    /// <exception cref="LakeInputException">Bytes are no UTF-8.</exception>
    public static IEnumerable<(long Line, JsonElement? Value)> Lines(InputFile file)
    {
        RefuseZstd(file);

        // A character a byte, so that bytes that are no UTF-8 are found in their line.
        using var reader = new StreamReader(CompressedFile.OpenRead(file.Path, file.Compression), Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
        for (var number = 1L; reader.ReadLine() is { } line; number++)
        {
            if (Decode(file, number, line) is { } text && !string.IsNullOrWhiteSpace(text))
            {
                yield return (number, Value(text));
            }
        }
    }

    /// <summary>A member of an object; undefined when it is missing, or when another one has half a surrogate pair in its name, so that it can't be told.</summary>
    public static JsonElement Member(JsonElement row, string name)
    {
        try
        {
            return row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var value) ? value : default;
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    /// <summary>A text; empty when it is missing, null or something else.</summary>
    public static string Text(JsonElement row, string name) => Member(row, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    /// <summary>A number that isn't negative; null when it is missing or something else.</summary>
    public static double? Number(JsonElement row, string name) =>
        Member(row, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) && number >= 0 ? number : null;

    /// <summary>An object; undefined when it is missing or something else.</summary>
    public static JsonElement Object(JsonElement row, string name) => Member(row, name) is { ValueKind: JsonValueKind.Object } value ? value : default;

    /// <summary>A list of texts.</summary>
    public static string[] Texts(JsonElement row, string name) => Member(row, name) is { ValueKind: JsonValueKind.Array } value
        ? [.. value.EnumerateArray().Where(text => text.ValueKind == JsonValueKind.String).Select(text => text.GetString()!)]
        : [];

    /// <summary>Seconds since 1970 as microseconds; null for what is none.</summary>
    public static long? Seconds(JsonElement row, string name) =>
        Number(row, name) is { } seconds and > 0 and < 1e11 ? (long)Math.Round(seconds * 1e6) : null;

    private static string Decode(InputFile file, long number, string line)
    {
        try
        {
            var text = IdText.StrictUtf8.GetString(Encoding.Latin1.GetBytes(line));
            return number == 1 ? text.TrimStart('\uFEFF') : text;
        }
        catch (DecoderFallbackException exception)
        {
            throw NotUtf8(file, number, exception);
        }
    }

    private static JsonElement? Value(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void RefuseZstd(InputFile file)
    {
        if (file.Compression == ".zst")
        {
            throw new LakeInputException(file.Path, "is a zstd file, which exports of one person are not", "Unpack it with zstd -d");
        }
    }

    private static LakeInputException NotUtf8(InputFile file, long? line, Exception inner) =>
        new(file.Path, "has bytes that are no UTF-8 text", "Export the file again", line, inner);
}
