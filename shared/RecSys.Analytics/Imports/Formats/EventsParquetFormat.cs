using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// Events as Parquet whose column names differ from producer to producer: a user, a track (track_id, item_id, item, …),
/// perhaps a time, names and a weight. Several files, or a folder of them, are one log.
/// </summary>
internal sealed class EventsParquetFormat : IImportFormat
{
    private static readonly string[] Weights = ["weight", "plays", "playcount", "listens"];

    public string Name => "events-parquet";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var files = inputs.Paths.SelectMany(path => inputs.OpenAll(path, ".parquet", ".pq")).ToArray();
        var tables = files.Select(file => ParquetTable.Open(connection, file, cancellationToken)).ToArray();
        return new ImportPlan(files, string.Join(" UNION ALL ", tables.Select(table => Listens(table, options.Level))), tables.Any(IsTimed))
        {
            HasSinglePlays = tables.All(table => IsTimed(table) && table.Find(Weights) < 0),
            AddsUp = true,
            HasNames = tables.Any(table => table.Find(ColumnNames.Artist) >= 0 || table.Find(ColumnNames.TrackName) >= 0),
        };
    }

    private static bool IsTimed(ParquetTable table) => table.Find(ColumnNames.Time) is var time and >= 0 && table.HasValues(time);

    private static string Listens(ParquetTable table, ImportLevel level)
    {
        string? Of(string[] names, Func<int, string> read) => table.Find(names) is var column and >= 0 ? read(column) : null;
        var user = Of(ColumnNames.User, table.IdText);
        var named = new NamedListens(
            user ?? "",
            Of(ColumnNames.ArtistId, table.IdText),
            Of(ColumnNames.Artist, table.Text),
            Of(ColumnNames.Track, table.IdText),
            Of(ColumnNames.TrackName, table.Text));
        var hasItems = level == ImportLevel.Artist ? (named.ArtistId ?? named.Artist) is not null : (named.TrackId ?? named.Track) is not null;
        if (user is null || !hasItems)
        {
            throw new LakeInputException(
                table.File.Path,
                $"the columns {SqlRows.Short(string.Join(", ", table.Names))} do not say which is the {(user is null ? "user" : level == ImportLevel.Artist ? "artist" : "track")}",
                "Name them user_id, track_id (or item_id), timestamp, artist_name and track_name");
        }

        // Plays that were added up may have no time, as in exports of logs without times; a single play has one.
        var weight = Of(Weights, table.Number);
        return (named.At(level) with
        {
            Time = Of(ColumnNames.Time, weight is not null || !IsTimed(table) ? table.TimeOrUnknown : table.Time) ?? "0::BIGINT",
            Weight = weight ?? "1::DOUBLE",
            PlayedShare = Of(["playedshare"], column => $"({table.Number(column)})::FLOAT") ?? "NULL::FLOAT",
        }).From(table.Sql);
    }
}
