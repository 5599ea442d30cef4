using System.Globalization;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports.Formats;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports;

/// <summary>Applies the rules to what a plan reads and writes the files of an import, all inside the engine.</summary>
internal sealed class ListenCleaner(
    EngineConnection connection, ImportPlan plan, ImportOptions options, DateTimeOffset latest, LakeCompression compression)
{
    private readonly string _codec = compression.Codec();

    /// <summary>Writes listens, catalogue and report into a folder.</summary>
    /// <param name="folder">The folder of the import, which gets nothing else.</param>
    /// <param name="workFolder">A folder for rows in progress.</param>
    /// <param name="name">The import's name.</param>
    /// <param name="format">The format's name.</param>
    /// <param name="cancellationToken">Interrupts the engine.</param>
    public ImportReport Write(string folder, string workFolder, string name, string format, CancellationToken cancellationToken)
    {
        if (options.Since is not null && !plan.Timed)
        {
            throw new LakeInputException(Files(), "has no times, which --since needs", "Import it without --since");
        }

        var progress = options.Progress ?? ((_, _) => { });
        progress(0, "reading the catalogue");
        var catalogue = CatalogueTable.Read(connection, plan.Catalogue, cancellationToken);
        var knownOnly = plan.Catalogue is not null && (options.KnownTracksOnly ?? plan.Catalogue.BelongsToLog);
        if (knownOnly)
        {
            CatalogueTable.MakeKnownTracks(connection, plan.ListensSql, cancellationToken);
        }

        progress(0.05, "reading listens");
        var tally = new CleaningTally(ImportRules.All);
        var staged = StagedListens.Read(
            connection, plan, options, latest, knownOnly, Path.Combine(workFolder, "staged"), tally, cancellationToken);
        var rows = staged.UsableCount + tally.Dropped;

        progress(0.3, "cleaning listens");
        var buckets = new UserBuckets(connection, plan, staged, options, Path.Combine(workFolder, "cleaned"), tally);
        buckets.Clean(share => progress(0.3 + (0.4 * share), "cleaning listens"), cancellationToken);
        if (buckets.Kept == 0)
        {
            var busiest = tally.ToRules(rows).MaxBy(rule => rule.Dropped)!;
            throw rows > 0
                ? new LakeInputException(
                    Files(),
                    string.Create(CultureInfo.InvariantCulture, $"none of {rows} rows is usable, most break the rule {busiest.Rule}{(busiest.Examples is [var example, ..] ? $" ({example})" : "")}"),
                    Remedy(busiest.Rule, format))
                : new LakeInputException(Files(), "has no rows", "Fetch or export the file again");
        }

        progress(0.7, "writing listens");
        NumberedListensWriter.Write(
            connection, RowsSql(buckets.KeptFiles), UserBuckets.KeptUsersSql, UserBuckets.KeptTracksSql, folder, compression, cancellationToken);
        if (buckets.ColdFiles.Count > 0)
        {
            WriteCold(buckets.ColdFiles, Path.Combine(folder, LakeFolders.ImportColdFile), cancellationToken);
        }

        progress(0.95, "writing the catalogue");
        foreach (var (fileName, sql) in plan.SideTables)
        {
            connection.Execute($"COPY ({sql}) TO {SqlText.Literal(Path.Combine(folder, fileName))} (FORMAT parquet, COMPRESSION {_codec})", cancellationToken);
        }

        return new ImportReport(
            name,
            format,
            rows,
            buckets.Kept,
            buckets.Users,
            buckets.CountTracks(cancellationToken),
            buckets.Plays,
            CatalogueTable.Write(connection, plan, Path.Combine(folder, LakeFolders.ImportTracksFile), _codec, cancellationToken),
            plan.Timed,
            tally.ToRules(rows))
        {
            Catalogue = catalogue,
            ColdUsers = buckets.ColdUsers,
            BotUsers = buckets.BotUsers,
            NamedByText = buckets.NamedByText,
            LeftOut = plan.LeftOut,
        };
    }

    private string Files() => string.Join(", ", plan.Files.Select(file => file.Path));

    private static string Remedy(string rule, string format) => rule switch
    {
        ImportRules.Unparseable => "Give every row the same columns, numbers with a point instead of a comma, and times in ISO 8601 or as Unix times",
        ImportRules.EmptyId or ImportRules.InvalidId => "Check that the columns of user and track are those with the ids",
        ImportRules.NotTrack => "Export the history of music",
        ImportRules.WeightOutOfRange => "Give weights above 0",
        ImportRules.ShareOutOfRange => "Give played shares from 0 to 1",
        ImportRules.TimeOutOfRange => "Give times from 1970 until now",
        ImportRules.OutsidePeriod => "Check --since and --until",
        ImportRules.UnknownTrack => "Check that the catalogue is the one of this log",
        ImportRules.Bot => "Raise --max-per-day, or allow any number with 0",
        ImportRules.Cold => "Lower --cold",
        _ => $"Check that the file is of the format {format}",
    };

    private static string RowsSql(IReadOnlyList<string> files) =>
        $"SELECT * FROM {SqlText.Parquet(files)}";

    private void WriteCold(IReadOnlyList<string> files, string target, CancellationToken cancellationToken) =>
        connection.Execute(
            $"""
            COPY (
                SELECT user_id::VARCHAR AS user_id, track_id::VARCHAR AS track_id, make_timestamptz(listened_at) AS listened_at, played_share,
                    greatest(1, round(weight))::INTEGER AS play_count, weight
                FROM ({RowsSql(files)})
            ) TO {SqlText.Literal(target)} (FORMAT parquet, COMPRESSION {_codec})
            """,
            cancellationToken);
}
