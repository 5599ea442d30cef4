using RecSys.Analytics.Engine;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// Last.fm 360K as published: <c>usersha1-artmbid-artname-plays.tsv</c> without a header, tabs; artists are the tracks, plays
/// their weight, and there are no times; <c>usersha1-profile.tsv</c> beside is optional.
/// </summary>
internal sealed class LastFm360KFormat : IImportFormat
{
    private const string ListensName = "usersha1-artmbid-artname-plays.tsv";
    private const string ProfilesName = "usersha1-profile.tsv";

    private static readonly string[] Columns = ["usersha1", "artmbid", "artname", "plays"];

    public string Name => "lastfm-360k";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var (folder, listens) = PublishedFile.Find(inputs, ListensName);
        PublishedFile.CheckColumns(connection, listens, Columns.Length, string.Join(", ", Columns), cancellationToken);
        var text = new DelimitedText(listens, '\t', Columns, HasHeader: false);
        var select = new NamedListens("usersha1", "artmbid", "artname", null, null).At(ImportLevel.Artist) with
        {
            Weight = ValueSql.Number("plays"),
            IsHeader = "lower(trim(plays)) = 'plays'",
        };
        var profiles = inputs.Find(folder, ProfilesName);
        return new ImportPlan(profiles is null ? [listens] : [listens, profiles], select.From(text.Sql()), Timed: false)
        {
            ListenTexts = [text],
            AddsUp = true,
            HasNames = true,
            SideTables = profiles is null
                ? []
                : [(LakeFolders.ImportUsersFile, UserProfiles.Sql(new DelimitedText(profiles, '\t', UserProfiles.Columns, HasHeader: false)))],
        };
    }
}

/// <summary>
/// Last.fm 1K as published: <c>userid-timestamp-artid-artname-traid-traname.tsv</c> without a header, tabs, quotes that mean
/// nothing, ids that may be empty; and <c>userid-profile.tsv</c> beside, which has a header and is optional.
/// </summary>
internal sealed class LastFm1KFormat : IImportFormat
{
    private const string ListensName = "userid-timestamp-artid-artname-traid-traname.tsv";
    private const string ProfilesName = "userid-profile.tsv";

    private static readonly string[] Columns = ["userid", "timestamp", "artid", "artname", "traid", "traname"];

    public string Name => "lastfm-1k";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var (folder, listens) = PublishedFile.Find(inputs, ListensName);
        PublishedFile.CheckColumns(connection, listens, Columns.Length, string.Join(", ", Columns), cancellationToken);
        var text = new DelimitedText(listens, '\t', Columns, HasHeader: false);
        var select = new NamedListens("userid", "artid", "artname", "traid", "traname").At(options.Level) with
        {
            Time = ValueSql.RequiredTime("timestamp"),
            IsHeader = "lower(trim(userid)) = 'userid'",
        };
        var profiles = inputs.Find(folder, ProfilesName);
        return new ImportPlan(profiles is null ? [listens] : [listens, profiles], select.From(text.Sql()), Timed: true)
        {
            ListenTexts = [text],
            HasSinglePlays = true,
            HasNames = true,
            SideTables = profiles is null
                ? []
                : [(LakeFolders.ImportUsersFile, UserProfiles.Sql(new DelimitedText(profiles, '\t', UserProfiles.Columns, HasHeader: false)))],
        };
    }
}

/// <summary>A data set whose main file has a name that everybody knows it by.</summary>
internal static class PublishedFile
{
    /// <summary>The file, and the folder that others of the set may lie in: of a folder, or the file itself under any name.</summary>
    /// <exception cref="LakeInputException">It isn't there.</exception>
    public static (string Folder, InputFile File) Find(ImportInputs inputs, string name)
    {
        var paths = inputs.Paths;
        if (paths.Count != 1)
        {
            throw new LakeInputException(string.Join(", ", inputs.Paths), "are several paths", $"Name one folder with {name}, or that file alone");
        }

        if (!Directory.Exists(paths[0]))
        {
            return (Path.GetDirectoryName(Path.GetFullPath(paths[0]))!, inputs.OpenFile(paths[0]));
        }

        var file = inputs.Find(paths[0], name)
            ?? throw new LakeInputException(paths[0], $"has no {name} (nor with .gz or .zst)", "Name the folder that the data set was unpacked to");
        return (paths[0], file);
    }

    /// <summary>Checks that the first line of a file with tabs has so many columns: else it is another file.</summary>
    /// <exception cref="LakeInputException">It hasn't, or there is no line.</exception>
    public static void CheckColumns(EngineConnection connection, InputFile file, int count, string columns, CancellationToken cancellationToken)
    {
        var line = DelimitedText.FirstLine(connection, file, cancellationToken)
            ?? throw new LakeInputException(file.Path, "has no rows", "Fetch the file again");
        var found = line.Split('\t').Length;
        if (found != count)
        {
            throw new LakeInputException(
                file.Path, $"has {found} column{(found == 1 ? "" : "s")} where {count} are needed: {columns}, separated by tabs", "Give the file as it is published", line: 1);
        }
    }
}
