using System.Globalization;
using RecSys.Lake.DuckDb;
using RecSys.Lake.Imports.Formats;
using RecSys.Lake.Storage;

namespace RecSys.Lake.Imports;

/// <summary>Applies the rules to what a plan reads and writes the files of an import, all inside the engine.</summary>
internal sealed class ListenCleaner(DuckDbConnection connection, ImportPlan plan, DateTimeOffset latest, LakeCompression compression)
{
    /// <summary>Writes listens, catalogue and report into a folder.</summary>
    public ImportReport Write(string folder, string name, string format, CancellationToken cancellationToken)
    {
        var dropped = ImportRules.All.ToDictionary(rule => rule, _ => 0L);
        var usable = Read(dropped, cancellationToken);
        if (usable == 0)
        {
            var most = dropped.MaxBy(rule => rule.Value);
            throw new LakeInputException(
                string.Join(", ", plan.Files.Select(file => file.Path)),
                most.Value > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"none of {dropped.Values.Sum()} rows is usable, most break the rule {most.Key}")
                    : "has no rows",
                "Check that the file is of the format " + format);
        }

        connection.Execute(
            """
            CREATE OR REPLACE TEMP TABLE kept AS
            SELECT user_id, track_id, listened_at, max(weight) AS weight
            FROM read_rows WHERE rule IS NULL
            GROUP BY user_id, track_id, listened_at
            """,
            cancellationToken);
        connection.Execute("DROP TABLE read_rows", cancellationToken);
        NumberedListensWriter.Write(
            connection,
            "SELECT user_id, track_id, listened_at, NULL::FLOAT AS played_share, weight FROM kept",
            folder,
            compression,
            cancellationToken);
        using var totals = connection.Query(
            "SELECT count(*), count(DISTINCT user_id), count(DISTINCT track_id), sum(weight) FROM kept", cancellationToken);
        using var chunk = totals.NextChunk()!;
        var kept = chunk.Column(0).Values<long>()[0];
        dropped[ImportRules.Duplicate] = usable - kept;
        var report = new ImportReport(
            name,
            format,
            usable + dropped.Where(rule => rule.Key != ImportRules.Duplicate).Sum(rule => rule.Value),
            kept,
            chunk.Column(1).Values<long>()[0],
            chunk.Column(2).Values<long>()[0],
            chunk.Column(3).Values<double>()[0],
            WriteTracks(Path.Combine(folder, LakeFolders.ImportTracksFile), cancellationToken),
            plan.Timed,
            [.. ImportRules.All.Select(rule => new ImportRule(rule, dropped[rule]))]);
        ImportReportFile.Write(Path.Combine(folder, LakeFolders.ImportReportFile), report);
        return report;
    }

    // Gives the number of rows that break no rule, duplicates still among them, and counts the others.
    private long Read(Dictionary<string, long> dropped, CancellationToken cancellationToken)
    {
        try
        {
            connection.Execute(
                $"""
                CREATE OR REPLACE TEMP TABLE read_rows AS
                SELECT user_id, track_id, weight, listened_at, CASE
                    WHEN trim(coalesce(user_id, '')) = '' OR trim(coalesce(track_id, '')) = '' THEN '{ImportRules.EmptyId}'
                    WHEN greatest(length(user_id), length(track_id)) > {ImportRules.MaxIdLength}
                        OR regexp_matches(user_id, '\p{"{Cc}"}') OR regexp_matches(track_id, '\p{"{Cc}"}') THEN '{ImportRules.InvalidId}'
                    WHEN weight IS NULL OR listened_at IS NULL THEN '{ImportRules.Unparseable}'
                    WHEN NOT (weight > 0 AND weight <= $1) THEN '{ImportRules.WeightOutOfRange}'
                    WHEN listened_at < 0 OR listened_at > $2 THEN '{ImportRules.TimeOutOfRange}'
                END AS rule
                FROM ({plan.ListensSql})
                """,
                cancellationToken,
                ImportRules.MaxWeight,
                LakeTime.ToMicroseconds(latest));
        }
        catch (DuckDbException exception)
        {
            throw DelimitedText.Unreadable(Blamed(plan.Files, exception), exception);
        }

        var usable = 0L;
        using (var counts = connection.Query("SELECT rule, count(*) FROM read_rows GROUP BY rule", cancellationToken))
        {
            while (counts.NextChunk() is { } chunk)
            {
                using (chunk)
                {
                    for (var row = 0; row < chunk.RowCount; row++)
                    {
                        var count = chunk.Column(1).Values<long>()[row];
                        if (chunk.Column(0).Text(row) is { } rule)
                        {
                            dropped[rule] += count;
                        }
                        else
                        {
                            usable = count;
                        }
                    }
                }
            }
        }

        foreach (var text in plan.ListenTexts)
        {
            dropped[ImportRules.Unparseable] += text.CountRejected(connection, cancellationToken);
        }

        return usable;
    }

    private long WriteTracks(string file, CancellationToken cancellationToken)
    {
        var sql = plan.TracksSql
            ?? "SELECT '' AS track_id, '' AS title, [''] AS artist_ids, [''] AS artists, [''] AS album_ids, [''] AS albums, [''] AS genre_ids, [''] AS genres LIMIT 0";
        try
        {
            var tracks = connection.Execute(
                $"""
                COPY (
                    SELECT track_id, title, array_to_string(artists, ', ') AS artist, coalesce(albums[1], '') AS album,
                        artist_ids, artists, album_ids, albums, genre_ids, genres
                    FROM ({sql})
                ) TO {SqlText.Literal(file)} (FORMAT parquet, COMPRESSION {compression.Codec()})
                """,
                cancellationToken);

            // Rows of a catalogue that do not fit leave tracks without a name; only damage to the whole file is an error.
            foreach (var text in plan.TrackTexts)
            {
                text.CountRejected(connection, cancellationToken);
            }

            return tracks;
        }
        catch (DuckDbException exception)
        {
            throw DelimitedText.Unreadable(Blamed(plan.TrackTexts.Select(text => text.File), exception), exception);
        }
    }

    // The engine's message names the file in most cases.
    private static InputFile Blamed(IEnumerable<InputFile> files, DuckDbException exception) =>
        files.FirstOrDefault(file => exception.Message.Contains(file.Path, StringComparison.Ordinal)) ?? files.First();
}
