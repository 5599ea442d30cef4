using RecSys.Analytics.Engine;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports.Formats;

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

    public ImportPlan Plan(EngineConnection connection, IReadOnlyList<string> paths, ImportOptions options, CancellationToken cancellationToken)
    {
        var (folder, listens) = PublishedFile.Find(paths, ListensName);
        PublishedFile.CheckColumns(connection, listens, Columns.Length, string.Join(", ", Columns), cancellationToken);
        var text = new DelimitedText(listens, '\t', Columns, HasHeader: false);
        var select = new NamedListens("userid", "artid", "artname", "traid", "traname").At(options.Level) with
        {
            Time = ValueSql.RequiredTime("timestamp"),
            IsHeader = "lower(trim(userid)) = 'userid'",
        };
        var profiles = InputFile.Find(folder, ProfilesName);
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
