using System.Text.Json;
using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// What ListenBrainz gives a person who asks for their data: a zip of <c>user.json</c> (username) and <c>listens/YEAR/MONTH.jsonl</c>, or files of
/// it. A line is a listen: listened_at (Unix seconds) and track_metadata. The recording's MBID is the track's id, as the listen was sent or
/// as ListenBrainz found it. Older exports are one JSON list of the same listens.
/// </summary>
internal sealed class ListenBrainzFormat : IImportFormat
{
    private const string UserName = "user.json";

    private static readonly Dictionary<string, string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        ["feedback.jsonl"] = "loved and hated tracks have no place in an import",
        ["pinned_recording.jsonl"] = "pins are no listens",
    };

    public string Name => "listenbrainz";

    public bool IsOfOnePerson => true;

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        using var listens = new PersonalListens(connection, options);
        var files = new List<InputFile>();
        string? user = null;
        foreach (var path in inputs.Paths)
        {
            foreach (var name in ImportInputs.AllFiles(path))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var fileName = Path.GetFileName(name);
                if (new FileInfo(name).Length == 0 && Directory.Exists(path))
                {
                    // A month without listens.
                    continue;
                }

                var file = inputs.OpenFile(name);
                if (fileName == UserName)
                {
                    user = User(file);
                }
                else if (Others.TryGetValue(fileName, out var reason))
                {
                    listens.LeftOut.Add(new LeftOutFile(fileName, JsonFiles.Lines(file).LongCount(), reason));
                }
                else if (file.ContentExtension is ".jsonl" or ".json")
                {
                    files.Add(file);
                    Read(file, listens);
                }
                else
                {
                    throw new LakeInputException(file.Path, "is no file of a ListenBrainz export", $"Name the zip, or its .jsonl files and {UserName}");
                }
            }
        }

        return files.Count > 0
            ? listens.Plan(files, user)
            : throw new LakeInputException(string.Join(", ", inputs.Paths), "has no listens of ListenBrainz", "Name the zip that ListenBrainz made, or its folder listens");
    }

    private static string? User(InputFile file)
    {
        using var document = JsonFiles.Parse(file);
        return JsonFiles.Text(document.RootElement, "username") is { Length: > 0 } name ? name : null;
    }

    private static void Read(InputFile file, PersonalListens listens)
    {
        var name = Path.GetFileName(file.Path);
        if (file.ContentExtension == ".json")
        {
            using var document = JsonFiles.Parse(file);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw NoListens(file, 1);
            }

            foreach (var (row, index) in document.RootElement.EnumerateArray().Select((row, index) => (row, index)))
            {
                listens.Add(row, $"{name}, listen {index + 1}", Listen);
            }

            return;
        }

        var isFirst = true;
        foreach (var (line, value) in JsonFiles.Lines(file))
        {
            if (isFirst && value is { } first && JsonFiles.Object(first, "track_metadata").ValueKind == JsonValueKind.Undefined)
            {
                throw NoListens(file, line);
            }

            isFirst = false;
            listens.Add(value ?? default, $"{name}, line {line}", Listen);
        }
    }

    private static LakeInputException NoListens(InputFile file, long line) =>
        new(file.Path, "has no listens of ListenBrainz: listened_at and track_metadata are needed", "Name the files of the folder listens", line);

    private static PersonalListen? Listen(JsonElement row)
    {
        var track = JsonFiles.Object(row, "track_metadata");
        if (track.ValueKind == JsonValueKind.Undefined)
        {
            return null;
        }

        var (info, mapping) = (JsonFiles.Object(track, "additional_info"), JsonFiles.Object(track, "mbid_mapping"));
        string Known(string name) => JsonFiles.Text(info, name) is { Length: > 0 } sent ? sent : JsonFiles.Text(mapping, name);
        var artistIds = JsonFiles.Texts(info, "artist_mbids") is { Length: > 0 } ids ? ids : JsonFiles.Texts(mapping, "artist_mbids");
        return new PersonalListen
        {
            Time = JsonFiles.Seconds(row, "listened_at"),
            User = JsonFiles.Text(row, "user_name"),
            TrackId = Known("recording_mbid").Trim(),
            Title = JsonFiles.Text(track, "track_name"),
            ArtistId = artistIds is [var artistId] ? artistId : "",
            Artist = JsonFiles.Text(track, "artist_name"),
            Album = JsonFiles.Text(track, "release_name"),
            PlayedMs = JsonFiles.Number(info, "duration_played") * 1000,
            LengthMs = JsonFiles.Number(info, "duration_ms") ?? JsonFiles.Number(info, "duration") * 1000,
        };
    }
}
