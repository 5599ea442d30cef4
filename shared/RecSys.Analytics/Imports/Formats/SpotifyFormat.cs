using System.Text.Json;
using RecSys.Analytics.Engine;
using RecSys.Contracts;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// The extended streaming history that Spotify sends a person: <c>Streaming_History_Audio_*.json</c> (<c>endsong_*.json</c> in older ones),
/// lists of plays with ts (when the play ended, which becomes its time), ms_played, spotify_track_uri and names; or the short history of the
/// account data (<c>StreamingHistory*.json</c>), which has names and minutes only and is left out where there is the extended one.
/// </summary>
internal sealed class SpotifyFormat : IImportFormat
{
    private const string PlayedToEnd = "trackdone";
    private const string TrackUri = "spotify:track:";

    public string Name => "spotify";

    public bool IsOfOnePerson => true;

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        using var listens = new PersonalListens(connection, options);
        var (extended, brief) = (new List<string>(), new List<string>());
        foreach (var path in inputs.Paths)
        {
            var isFolder = Directory.Exists(path);
            foreach (var file in ImportInputs.AllFiles(path))
            {
                var name = Path.GetFileName(file);
                if (!isFolder || StartsWith(name, "Streaming_History_Audio", "endsong") && IsJson(name))
                {
                    extended.Add(file);
                }
                else if (StartsWith(name, "StreamingHistory") && IsJson(name) && !name.Contains("podcast", StringComparison.OrdinalIgnoreCase) && !name.Contains("audiobook", StringComparison.OrdinalIgnoreCase))
                {
                    brief.Add(file);
                }
                else
                {
                    listens.LeftOut.Add(new LeftOutFile(name, null, StartsWith(name, "Streaming_History_Video") ? "videos are no listens" : "it is no history of audio"));
                }
            }
        }

        if (extended.Count > 0)
        {
            listens.LeftOut.AddRange(brief.Select(file => new LeftOutFile(Path.GetFileName(file), null, "the extended history has its plays, with their ids")));
        }

        var files = (extended.Count > 0 ? extended : brief).ConvertAll(inputs.OpenFile);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Read(file, listens);
        }

        return files.Count > 0
            ? listens.Plan(files)
            : throw new LakeInputException(
                string.Join(", ", inputs.Paths), "has no Streaming_History_Audio_*.json, endsong_*.json or StreamingHistory*.json", "Name the zip that Spotify sent, or its folder");
    }

    private static bool StartsWith(string name, params ReadOnlySpan<string> starts)
    {
        foreach (var start in starts)
        {
            if (name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsJson(string name) => InputFile.ExtensionOf(name) == ".json";

    private static void Read(InputFile file, PersonalListens listens)
    {
        using var document = JsonFiles.Parse(file);
        var rows = document.RootElement;
        if (rows.ValueKind != JsonValueKind.Array)
        {
            throw NoHistory(file);
        }

        var number = 0;
        foreach (var row in rows.EnumerateArray())
        {
            var isBrief = Has(row, "endTime");
            if (number++ == 0 && !isBrief && !(Has(row, "ts") && Has(row, "ms_played")))
            {
                throw NoHistory(file);
            }

            listens.Add(row, $"{Path.GetFileName(file.Path)}, play {number}", isBrief ? BriefPlay : Play);
        }
    }

    private static bool Has(JsonElement row, string name) => JsonFiles.Member(row, name).ValueKind != JsonValueKind.Undefined;

    private static LakeInputException NoHistory(InputFile file) =>
        new(file.Path, "is no streaming history of Spotify: a list of plays with ts and ms_played is needed", "Name the files Streaming_History_Audio_*.json");

    private static PersonalListen Play(JsonElement row)
    {
        var (uri, title) = (JsonFiles.Text(row, "spotify_track_uri").Trim(), JsonFiles.Text(row, "master_metadata_track_name"));
        return new PersonalListen
        {
            Time = Time(JsonFiles.Text(row, "ts")),
            User = JsonFiles.Text(row, "username").Trim(),
            TrackId = uri,
            Title = title,
            Artist = JsonFiles.Text(row, "master_metadata_album_artist_name"),
            Album = JsonFiles.Text(row, "master_metadata_album_album_name"),
            PlayedMs = JsonFiles.Number(row, "ms_played"),
            IsEnded = JsonFiles.Text(row, "reason_end") == PlayedToEnd,
            IsNotTrack = uri.Length == 0 ? title.Trim().Length == 0 : !uri.StartsWith(TrackUri, StringComparison.Ordinal),
        };
    }

    private static PersonalListen BriefPlay(JsonElement row)
    {
        var title = JsonFiles.Text(row, "trackName");
        return new PersonalListen
        {
            Time = Time(JsonFiles.Text(row, "endTime")),
            Title = title,
            Artist = JsonFiles.Text(row, "artistName"),
            PlayedMs = JsonFiles.Number(row, "msPlayed"),
            IsNotTrack = title.Trim().Length == 0,
        };
    }

    private static long? Time(string text) => TimeText.TryParseIso(text, out var time) ? (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null;
}
