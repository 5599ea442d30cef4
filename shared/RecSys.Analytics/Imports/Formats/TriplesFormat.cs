using System.Globalization;
using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// User, item, weight and perhaps a time, as CSV (comma or semicolon, double quotes), as text with tabs, or as Parquet.
/// A header may name the columns in any order; without one they are taken in this order. Several files are one log.
/// </summary>
internal sealed class TriplesFormat : IImportFormat
{
    private static readonly string[] ItemNames = [.. ColumnNames.Track, "artist", "artistid", "movie", "movieid"];
    private static readonly string[] WeightNames = ["weight", "plays", "playcount", "count", "listens", "rating", "score", "value", "times"];

    public string Name => "triples";

    public ImportPlan Plan(EngineConnection connection, IReadOnlyList<string> paths, ImportOptions options, CancellationToken cancellationToken)
    {
        var files = paths.Select(InputFile.Open).ToArray();
        var selects = new List<string>();
        var texts = new List<DelimitedText>();
        var timed = false;
        foreach (var file in files)
        {
            var columns = file.IsParquet
                ? PlanParquet(connection, file, selects, cancellationToken)
                : PlanText(connection, file, selects, texts, cancellationToken);
            timed |= columns.Time >= 0;
        }

        return new ImportPlan(files, string.Join(" UNION ALL ", selects), timed) { ListenTexts = texts };
    }

    private static Columns PlanText(
        EngineConnection connection, InputFile file, List<string> selects, List<DelimitedText> texts, CancellationToken cancellationToken)
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
        var weight = $"c{columns.Weight}";
        selects.Add((new ListenSelect($"c{columns.User}", $"c{columns.Item}") with
        {
            Weight = ValueSql.Number(weight),
            Time = columns.Time >= 0 ? ValueSql.Time($"c{columns.Time}") : "0::BIGINT",
            IsHeader = hasHeader ? $"trim({weight}) = {SqlText.Literal(first[columns.Weight])}" : "false",
        }).From(text.Sql()));
        return columns;
    }

    private static Columns PlanParquet(EngineConnection connection, InputFile file, List<string> selects, CancellationToken cancellationToken)
    {
        var table = ParquetTable.Open(connection, file, cancellationToken);
        string[] names = [.. table.Names];
        var columns = Columns.Find(names) ?? throw UnknownColumns(file, names, line: null);
        selects.Add((new ListenSelect(table.IdText(columns.User), table.IdText(columns.Item)) with
        {
            Weight = table.Number(columns.Weight),
            Time = columns.Time >= 0 ? table.TimeOrUnknown(columns.Time) : "0::BIGINT",
        }).From(table.Sql));
        return columns;
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
            var plain = names.Select(ColumnNames.Plain).ToList();
            int Index(string[] known) => known.Select(name => plain.IndexOf(name)).FirstOrDefault(at => at >= 0, -1);
            var columns = new Columns(Index(ColumnNames.User), Index(ItemNames), Index(WeightNames), Index(ColumnNames.Time));
            return columns is { User: >= 0, Item: >= 0, Weight: >= 0 } ? columns : null;
        }
    }
}
