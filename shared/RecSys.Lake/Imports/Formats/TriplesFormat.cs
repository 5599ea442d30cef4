using System.Globalization;
using RecSys.Lake.DuckDb;

namespace RecSys.Lake.Imports.Formats;

/// <summary>
/// User, item, weight and perhaps a time, as CSV (comma or semicolon, double quotes), as text with tabs, or as Parquet.
/// A header may name the columns in any order; without one they are taken in this order. Several files are one log.
/// </summary>
internal sealed class TriplesFormat : IImportFormat
{
    private static readonly string[] UserNames = ["user", "userid", "uid", "listener", "customer", "customerid"];
    private static readonly string[] ItemNames = ["item", "itemid", "track", "trackid", "song", "songid", "artist", "artistid", "movie", "movieid", "iid"];
    private static readonly string[] WeightNames = ["weight", "plays", "playcount", "count", "listens", "rating", "score", "value", "times"];
    private static readonly string[] TimeNames = ["time", "timestamp", "ts", "date", "datetime", "listenedat", "playedat", "startedat"];

    public string Name => "triples";

    public ImportPlan Plan(DuckDbConnection connection, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var files = paths.Select(InputFile.Open).ToArray();
        var selects = new List<string>();
        var texts = new List<DelimitedText>();
        var timed = false;
        foreach (var file in files)
        {
            var columns = file.ContentExtension is ".parquet" or ".pq"
                ? PlanParquet(connection, file, selects, cancellationToken)
                : PlanText(connection, file, selects, texts, cancellationToken);
            timed |= columns.Time >= 0;
        }

        return new ImportPlan(files, string.Join(" UNION ALL ", selects), texts, null, [], timed);
    }

    private static Columns PlanText(
        DuckDbConnection connection, InputFile file, List<string> selects, List<DelimitedText> texts, CancellationToken cancellationToken)
    {
        var line = DelimitedText.FirstLine(connection, file, cancellationToken)
            ?? throw new LakeInputException(file.Path, "has no rows", "Fetch or export the file again");
        var delimiter = Delimiter(file, line);
        var isQuoted = delimiter != '\t';
        IEnumerable<string> values = isQuoted ? DelimitedText.SplitQuoted(line, delimiter) : line.Split(delimiter);
        var first = values.Select(value => value.Trim()).ToArray();
        if (first.Length < 3)
        {
            throw new LakeInputException(
                file.Path,
                $"has {first.Length} column{(first.Length == 1 ? "" : "s")}, and user, item and weight are needed",
                "Separate the columns by commas or tabs, and add a weight (1 when there is none)",
                line: 1);
        }

        var columns = Columns.Find(first);
        var hasHeader = columns is not null;
        if (columns is null)
        {
            // Without a header the third value is a number; else the header's names are strange to us.
            if (!double.TryParse(first[2], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            {
                throw UnknownColumns(file, first, line: 1);
            }

            columns = new Columns(0, 1, 2, first.Length > 3 ? 3 : -1);
        }

        var text = new DelimitedText(file, delimiter, [.. first.Select((_, i) => $"c{i}")], hasHeader, isQuoted);
        texts.Add(text);
        selects.Add(Select(i => $"c{i}", columns, text.Sql()));
        return columns;
    }

    private static Columns PlanParquet(DuckDbConnection connection, InputFile file, List<string> selects, CancellationToken cancellationToken)
    {
        if (file.Compression.Length > 0)
        {
            throw new LakeInputException(file.Path, "is a compressed Parquet file", "Unpack it first: Parquet is compressed inside");
        }

        var names = new List<string>();
        var types = new List<string>();
        try
        {
            using var rows = connection.Query(
                $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({SqlText.Literal(file.Path)}, hive_partitioning = false))", cancellationToken);
            while (rows.NextChunk() is { } chunk)
            {
                using (chunk)
                {
                    for (var row = 0; row < chunk.RowCount; row++)
                    {
                        names.Add(chunk.Column(0).Text(row)!);
                        types.Add(chunk.Column(1).Text(row)!);
                    }
                }
            }
        }
        catch (DuckDbException exception)
        {
            throw new LakeInputException(
                file.Path, "is no Parquet file, or was cut short", "Fetch or export the file again", inner: exception);
        }

        var columns = Columns.Find(names) ?? throw UnknownColumns(file, names, line: null);
        if (new[] { columns.User, columns.Item, columns.Weight, columns.Time }.Where(column => column >= 0)
            .FirstOrDefault(column => types[column].EndsWith(']') || types[column].StartsWith("STRUCT", StringComparison.Ordinal) || types[column] == "BLOB", -1)
            is var nested and >= 0)
        {
            throw new LakeInputException(
                file.Path, $"the column {names[nested]} is of type {types[nested]}", "Give ids as text or whole numbers, weights and times as numbers");
        }

        // Dates and timestamps become the text that times are read from: ISO 8601 in UTC.
        selects.Add(Select(
            i => i == columns.Time && (types[i].StartsWith("TIMESTAMP", StringComparison.Ordinal) || types[i] == "DATE")
                ? $"({SqlText.Identifier(names[i])}::TIMESTAMPTZ::VARCHAR)"
                : $"({SqlText.Identifier(names[i])}::VARCHAR)",
            columns,
            $"read_parquet({SqlText.Literal(file.Path)}, hive_partitioning = false)"));
        return columns;
    }

    private static string Select(Func<int, string> column, Columns columns, string from)
    {
        var time = columns.Time >= 0 ? ValueSql.Time(column(columns.Time)) : "0::BIGINT";
        return $"SELECT {column(columns.User)} AS user_id, {column(columns.Item)} AS track_id, {ValueSql.Number(column(columns.Weight))} AS weight, {time} AS listened_at FROM {from}";
    }

    private static char Delimiter(InputFile file, string line) =>
        file.ContentExtension switch
        {
            ".tsv" or ".tab" => '\t',
            _ when line.Contains('\t', StringComparison.Ordinal) => '\t',
            _ when line.Contains(';', StringComparison.Ordinal) && !line.Contains(',', StringComparison.Ordinal) => ';',
            _ => ',',
        };

    private static LakeInputException UnknownColumns(InputFile file, IEnumerable<string> names, long? line) =>
        new(
            file.Path,
            $"the columns {string.Join(", ", names)} do not say which is the user, the item and the weight",
            "Name them user, item, weight (and time)",
            line);

    private sealed record Columns(int User, int Item, int Weight, int Time)
    {
        /// <summary>Finds the columns by name; null when one that is needed is missing.</summary>
        public static Columns? Find(IReadOnlyList<string> names)
        {
            var plain = names.Select(name => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal)
                .Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant()).ToList();
            int Index(string[] known) => known.Select(name => plain.IndexOf(name)).FirstOrDefault(at => at >= 0, -1);
            var columns = new Columns(Index(UserNames), Index(ItemNames), Index(WeightNames), Index(TimeNames));
            return columns is { User: >= 0, Item: >= 0, Weight: >= 0 } ? columns : null;
        }
    }
}
