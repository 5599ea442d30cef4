using System.Text.Json;
using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// The JSON export of Maloja: an object whose list scrobbles has time (Unix seconds), track (artists, title, album, length in seconds) and
/// duration (seconds that were played). Exports of version 2 have artists, title and album in the scrobble itself. Artists together are
/// one name, as they stand on the record.
/// </summary>
internal sealed class MalojaFormat : IImportFormat
{
    public string Name => "maloja";

    public bool IsOfOnePerson => true;

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        using var listens = new PersonalListens(connection, options);
        var files = inputs.Paths.SelectMany(path => inputs.OpenAll(path, ".json")).ToList();
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var document = JsonFiles.Parse(file);
            var scrobbles = JsonFiles.Member(document.RootElement, "scrobbles");
            if (scrobbles.ValueKind != JsonValueKind.Array)
            {
                throw new LakeInputException(file.Path, "is no export of Maloja: an object with the list scrobbles is needed", "Name the file that Maloja made");
            }

            var number = 0;
            foreach (var scrobble in scrobbles.EnumerateArray())
            {
                listens.Add(scrobble, $"{Path.GetFileName(file.Path)}, scrobble {++number}", Listen);
            }
        }

        return listens.Plan(files);
    }

    private static PersonalListen Listen(JsonElement scrobble)
    {
        var track = JsonFiles.Object(scrobble, "track") is { ValueKind: JsonValueKind.Object } nested ? nested : scrobble;
        var album = JsonFiles.Object(track, "album");
        return new PersonalListen
        {
            Time = JsonFiles.Seconds(scrobble, "time"),
            Title = JsonFiles.Text(track, "title"),
            Artist = string.Join(", ", JsonFiles.Texts(track, "artists")),
            Album = album.ValueKind == JsonValueKind.Object
                ? JsonFiles.Text(album, "albumtitle") is { Length: > 0 } title ? title : JsonFiles.Text(album, "name")
                : JsonFiles.Text(track, "album"),
            PlayedMs = JsonFiles.Number(scrobble, "duration") * 1000,
            LengthMs = JsonFiles.Number(track, "length") * 1000,
        };
    }
}
