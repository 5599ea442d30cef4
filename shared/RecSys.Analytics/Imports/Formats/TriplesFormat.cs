using System.Globalization;
using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// User, item, weight and perhaps a time, as CSV (comma or semicolon, double quotes), as text with tabs, or as Parquet.
/// A header may name the columns in any order; without one they are taken in this order. Where there is no item but artist and
/// title, both together are the item. Several files are one log.
/// </summary>
internal sealed class TriplesFormat : IImportFormat
{
    private const int MinColumns = 3;

    private static readonly string[] CountNames = ["weight", "plays", "playcount", "count", "listens", "times"];
    private static readonly string[] RatingNames = ["rating", "score", "value"];

    public string Name => "triples";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var files = inputs.Paths.SelectMany(path => inputs.IsUnpacked(path) ? inputs.OpenAll(path) : [inputs.OpenFile(path)]).ToArray();
        var selects = new List<string>();
        var texts = new List<DelimitedText>();
        var found = new List<Columns>();
        foreach (var file in files)
        {
            var columns = file.IsParquet
                ? PlanParquet(connection, file, selects, options.Level, cancellationToken)
                : PlanText(connection, file, selects, texts, options.Level, cancellationToken);
            found.Add(columns);
        }

        return new ImportPlan(files, string.Join(" UNION ALL ", selects), found.Exists(columns => columns.Time >= 0))
        {
            ListenTexts = texts,
            AddsUp = found.TrueForAll(columns => !columns.IsRating),
            HasNames = found.Exists(columns => columns.Title >= 0),
        };
    }

    private static Columns PlanText(
        EngineConnection connection, InputFile file, List<string> selects, List<DelimitedText> texts, ImportLevel level, CancellationToken cancellationToken)
    {
        var line = DelimitedText.FirstLine(connection, file, cancellationToken)
            ?? throw new LakeInputException(file.Path, "has no rows", "Fetch or export the file again");
        var delimiter = Delimiter(file, line);
        var isQuoted = delimiter != '\t';
        IEnumerable<string> values = isQuoted ? DelimitedText.SplitQuoted(line, delimiter) : line.Split(delimiter);
        var first = values.Select(value => value.Trim()).ToArray();
        if (first.Length < MinColumns)
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
                throw first[2].Count(',') == 1 && double.TryParse(first[2].Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                    ? new LakeInputException(file.Path, $"the weight {first[2]} has a decimal comma", "Write numbers with a point instead of a comma", line: 1)
                    : UnknownColumns(file, first, line: 1);
            }

            columns = new Columns { User = 0, Item = 1, Weight = 2, Time = first.Length > 3 ? 3 : -1 };
        }

        var text = new DelimitedText(file, delimiter, [.. first.Select((_, i) => $"c{i}")], hasHeader, isQuoted);
        texts.Add(text);
        var weight = $"c{columns.Weight}";
        selects.Add((columns.Select(column => $"c{column}", column => $"c{column}", level) with
        {
            Weight = ValueSql.Number(weight),
            Time = columns.Time >= 0 ? ValueSql.Time($"c{columns.Time}") : "0::BIGINT",
            IsHeader = hasHeader ? $"trim({weight}) = {SqlText.Literal(first[columns.Weight])}" : "false",
        }).From(text.Sql()));
        return columns;
    }

    private static Columns PlanParquet(EngineConnection connection, InputFile file, List<string> selects, ImportLevel level, CancellationToken cancellationToken)
    {
        var table = ParquetTable.Open(connection, file, cancellationToken);
        string[] names = [.. table.Names];
        var columns = Columns.Find(names) ?? throw UnknownColumns(file, names, line: null);
        selects.Add((columns.Select(table.IdText, table.Text, level) with
        {
            Weight = table.Number(columns.Weight),
            Time = columns.Time >= 0 ? table.TimeOrUnknown(columns.Time) : "0::BIGINT",
        }).From(table.Sql));
        return columns;
    }

    // What cuts the first line into enough columns. Where none does, the message counts those of a tab or of a comma.
    private static char Delimiter(InputFile file, string line)
    {
        var hasTabs = line.Contains('\t', StringComparison.Ordinal);
        return file.ContentExtension is ".tsv" or ".tab" || line.Split('\t').Length >= MinColumns ? '\t'
            : DelimitedText.SplitQuoted(line, ',').Count >= MinColumns ? ','
            : DelimitedText.SplitQuoted(line, ';').Count >= MinColumns ? ';'
            : hasTabs ? '\t' : ',';
    }

    private static LakeInputException UnknownColumns(InputFile file, IReadOnlyList<string> names, long? line)
    {
        var columns = Columns.Of(names);
        string[] missing = [.. columns.User < 0 ? ["the user"] : (string[])[], .. columns.HasItem ? [] : (string[])["the item"], .. columns.Weight < 0 ? ["the weight"] : (string[])[]];
        return new LakeInputException(
            file.Path,
            $"the columns {string.Join(", ", names)} do not say which is {(missing.Length > 2 ? string.Join(", ", missing[..^1]) + " and " + missing[^1] : string.Join(" and ", missing))}",
            "Name them user, item, weight (and time) in the first line; artist and title together may stand for the item",
            line);
    }

    /// <summary>The place of each column; -1 for one that is missing.</summary>
    private sealed record Columns
    {
        // A name like item is that of an id also beside an artist; track, song and title are titles there.
        private static readonly string[] Ids = ["trackid", "itemid", "item", "traid", "songid", "iid", "movieid", "movie"];
        private static readonly string[] IdsOrTitles = ["track", "song"];

        public int User { get; init; } = -1;

        public int Item { get; init; } = -1;

        public int ArtistId { get; init; } = -1;

        public int Artist { get; init; } = -1;

        public int Title { get; init; } = -1;

        public int Weight { get; init; } = -1;

        public int Time { get; init; } = -1;

        /// <summary>Whether weights are ratings, which mean nothing added up.</summary>
        public bool IsRating { get; init; }

        public bool HasItem => Item >= 0 || Title >= 0;

        /// <summary>Finds the columns by name; null when one that is needed is missing.</summary>
        public static Columns? Find(IReadOnlyList<string> names) => Of(names) is { User: >= 0, HasItem: true, Weight: >= 0 } columns ? columns : null;

        /// <summary>Finds the columns by name.</summary>
        public static Columns Of(IReadOnlyList<string> names)
        {
            var plain = names.Select(ColumnNames.Plain).ToList();
            int Index(params IEnumerable<string> known) => known.Select(name => plain.IndexOf(name)).FirstOrDefault(at => at >= 0, -1);
            var count = Index(CountNames);
            var columns = new Columns
            {
                User = Index(ColumnNames.User),
                Item = Index(Ids),
                Weight = count >= 0 ? count : Index(RatingNames),
                IsRating = count < 0,
                Time = Index(ColumnNames.Time),
            };
            var (artistId, artist) = (Index(ColumnNames.ArtistId), Index(ColumnNames.Artist));
            var title = artist < 0 ? -1 : Index([.. ColumnNames.TrackName, .. IdsOrTitles]);
            return title >= 0 ? columns with { ArtistId = artistId, Artist = artist, Title = title }
                : columns.Item >= 0 ? columns
                : columns with { Item = Index([.. IdsOrTitles, .. ColumnNames.ArtistId, .. ColumnNames.Artist]) };
        }

        /// <summary>The listen of a row.</summary>
        /// <param name="id">SQL of a column as an id.</param>
        /// <param name="text">SQL of a column as text.</param>
        /// <param name="level">What becomes the track where there are names.</param>
        public ListenSelect Select(Func<int, string> id, Func<int, string> text, ImportLevel level) => Title < 0
            ? new ListenSelect(id(User), id(Item))
            : new NamedListens(id(User), ArtistId < 0 ? null : id(ArtistId), text(Artist), Item < 0 ? null : id(Item), text(Title)).At(level);
    }
}
