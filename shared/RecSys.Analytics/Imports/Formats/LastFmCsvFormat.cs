using RecSys.Analytics.Engine;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// Subsets of Last.fm 1K as CSV with a header, which may stand in the rows again: files of listens (user_id, timestamp,
/// artist_id, artist_name, track_id, track_name, in any order and some of them missing) and of profiles (user_id, gender, age,
/// country, signup). Several files are one log.
/// </summary>
internal sealed class LastFmCsvFormat : IImportFormat
{
    public string Name => "lastfm-csv";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var files = inputs.Paths.SelectMany(path => inputs.OpenAll(path, ".csv")).ToArray();
        var texts = new List<DelimitedText>();
        var selects = new List<string>();
        var profiles = new List<string>();
        foreach (var file in files)
        {
            var line = DelimitedText.FirstLine(connection, file, cancellationToken)
                ?? throw new LakeInputException(file.Path, "has no rows", "Fetch or export the file again");
            var header = DelimitedText.SplitQuoted(line, ',').Select(ColumnNames.Plain).ToList();
            if (header.Contains("gender") || header.Contains("country"))
            {
                profiles.Add(Profiles(file, header));
                continue;
            }

            var text = new DelimitedText(file, ',', [.. header.Select((_, i) => $"c{i}")], HasHeader: true, IsQuoted: true);
            texts.Add(text);
            selects.Add(Listens(file, header, options.Level).From(text.Sql()));
        }

        if (selects.Count == 0)
        {
            throw new LakeInputException(string.Join(", ", inputs.Paths), "has profiles only, no listens", "Name the file of listens, too");
        }

        return new ImportPlan(files, string.Join(" UNION ALL ", selects), Timed: true)
        {
            ListenTexts = texts,
            HasSinglePlays = true,
            HasNames = true,
            SideTables = profiles.Count == 0 ? [] : [(LakeFolders.ImportUsersFile, string.Join(" UNION ALL ", profiles))],
        };
    }

    private static ListenSelect Listens(InputFile file, List<string> header, ImportLevel level)
    {
        string? Column(string[] names) => names.Select(name => header.IndexOf(name)).FirstOrDefault(at => at >= 0, -1) is var at and >= 0 ? $"c{at}" : null;
        var (user, time) = (Column(ColumnNames.User), Column(ColumnNames.Time));
        var named = new NamedListens(user ?? "", Column(ColumnNames.ArtistId), Column(ColumnNames.Artist), Column(ColumnNames.Track), Column(ColumnNames.TrackName));
        var hasItems = level == ImportLevel.Artist ? (named.ArtistId ?? named.Artist) is not null : (named.TrackId ?? named.Track) is not null;
        if (user is null || time is null || !hasItems)
        {
            throw new LakeInputException(
                file.Path,
                $"the header {SqlRows.Short(string.Join(", ", header))} does not say which is the user, the time and the {(level == ImportLevel.Artist ? "artist" : "track")}",
                "Name the columns user_id, timestamp, artist_id, artist_name, track_id, track_name; the export of one person is imported as lastfm",
                line: 1);
        }

        // The header again, also as the original data set names the user's column.
        return named.At(level) with
        {
            Time = ValueSql.RequiredTime(time),
            IsHeader = $"lower(trim({time})) IN ('{header[int.Parse(time.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)]}', 'timestamp')",
        };
    }

    private static string Profiles(InputFile file, List<string> header)
    {
        var names = header.Select(name => name switch
        {
            "userid" or "#id" or "id" or "user" => "user_id",
            "registered" => "signup",
            _ => name,
        }).ToList();
        if (names.Distinct().Count() != names.Count || UserProfiles.Columns.Any(column => !names.Contains(column)))
        {
            throw new LakeInputException(
                file.Path, $"the header {string.Join(", ", header)} is not that of profiles", $"Name the columns {string.Join(", ", UserProfiles.Columns)}", line: 1);
        }

        return UserProfiles.Sql(new DelimitedText(file, ',', names, HasHeader: true, IsQuoted: true));
    }
}
