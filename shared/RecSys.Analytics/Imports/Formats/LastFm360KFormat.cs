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

    public ImportPlan Plan(EngineConnection connection, IReadOnlyList<string> paths, ImportOptions options, CancellationToken cancellationToken)
    {
        var (folder, listens) = PublishedFile.Find(paths, ListensName);
        PublishedFile.CheckColumns(connection, listens, Columns.Length, string.Join(", ", Columns), cancellationToken);
        var text = new DelimitedText(listens, '\t', Columns, HasHeader: false);
        var select = new NamedListens("usersha1", "artmbid", "artname", null, null).At(ImportLevel.Artist) with
        {
            Weight = ValueSql.Number("plays"),
            IsHeader = "lower(trim(plays)) = 'plays'",
        };
        var profiles = InputFile.Find(folder, ProfilesName);
        return new ImportPlan(profiles is null ? [listens] : [listens, profiles], select.From(text.Sql()), Timed: false)
        {
            ListenTexts = [text],
            HasNames = true,
            SideTables = profiles is null
                ? []
                : [(LakeFolders.ImportUsersFile, UserProfiles.Sql(new DelimitedText(profiles, '\t', UserProfiles.Columns, HasHeader: false)))],
        };
    }
}
