using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports;

/// <summary>A Parquet file whose columns are found by name and read by type, whoever wrote it.</summary>
internal sealed class ParquetTable
{
    private static readonly byte[] Magic = "PAR1"u8.ToArray();

    // From here on a floating number stands for its neighbours, too: 2^24 and 2^53.
    private const string ExactBelowFloat = "16777216";
    private const string ExactBelowDouble = "9007199254740992";

    private readonly EngineConnection _connection;
    private readonly CancellationToken _cancellationToken;
    private readonly List<(string Name, string Type)> _columns;

    private ParquetTable(EngineConnection connection, InputFile file, List<(string Name, string Type)> columns, CancellationToken cancellationToken)
    {
        _connection = connection;
        _cancellationToken = cancellationToken;
        File = file;
        _columns = columns;
    }

    public InputFile File { get; }

    /// <summary>The columns' names in order.</summary>
    public IEnumerable<string> Names => _columns.Select(column => column.Name);

    /// <summary>The table function that reads the rows.</summary>
    public string Sql => SqlText.Parquet(File.Path);

    /// <summary>Reads a file's columns.</summary>
    /// <exception cref="LakeInputException">It is no Parquet file, or not a whole one.</exception>
    public static ParquetTable Open(EngineConnection connection, InputFile file, CancellationToken cancellationToken)
    {
        if (file.Compression.Length > 0)
        {
            throw new LakeInputException(file.Path, "is a compressed Parquet file", "Unpack it first: Parquet is compressed inside");
        }

        CheckEnds(file);
        List<(string, string)> columns;
        try
        {
            columns = connection.ReadRows(
                $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {SqlText.Parquet(file.Path)})",
                row => (row.GetString(0), row.GetString(1)),
                cancellationToken);
        }
        catch (EngineException exception)
        {
            throw new LakeInputException(file.Path, "is no Parquet file that can be read: its description is damaged", "Fetch or export the file again", inner: exception);
        }

        return new ParquetTable(connection, file, columns, cancellationToken);
    }

    /// <summary>The first column of one of these names, ignoring case, spaces, '_' and '-'.</summary>
    /// <returns>Its place; -1 when there is none.</returns>
    public int Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var at = _columns.FindIndex(column => ColumnNames.Plain(column.Name) == name);
            if (at >= 0)
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>A column that must be there.</summary>
    /// <exception cref="LakeInputException">It isn't.</exception>
    public int Require(string name)
    {
        var at = Find(ColumnNames.Plain(name));
        return at >= 0
            ? at
            : throw new LakeInputException(
                File.Path, $"has no column {name}; its columns are {string.Join(", ", Names)}", $"Export the file with the column {name}");
    }

    /// <summary>
    /// Ids: whole numbers stay BIGINT where they fit; all else is text, which has every digit. Numbers that pandas made floating because
    /// of nulls become whole again.
    /// </summary>
    public string Id(int column)
    {
        var (name, type) = _columns[column];
        var value = SqlText.Identifier(name);
        return Kind(type) switch
        {
            ColumnKind.Whole when type is "UBIGINT" or "HUGEINT" or "UHUGEINT" => $"{value}::VARCHAR",
            ColumnKind.Whole => $"{value}::BIGINT",
            ColumnKind.Text => TextOf(value, type),
            ColumnKind.Number when type is "FLOAT" or "DOUBLE" && HasInexact(value, type) => throw new LakeInputException(
                File.Path,
                $"the column {name} has ids in floating point from {(type == "FLOAT" ? ExactBelowFloat : ExactBelowDouble)} on, where neighbouring ids are the same number",
                "Export the ids as whole numbers or as text"),
            ColumnKind.Number when type is "FLOAT" or "DOUBLE" =>
                $"CASE WHEN isfinite({value}) THEN CASE WHEN {value} = trunc({value}) THEN {value}::BIGINT::VARCHAR ELSE {value}::VARCHAR END END",
            ColumnKind.Number => $"CASE WHEN {value} = trunc({value}) THEN split_part({value}::VARCHAR, '.', 1) ELSE {value}::VARCHAR END",
            ColumnKind.Other when type is "UUID" or "ENUM" || type.StartsWith("ENUM", StringComparison.Ordinal) => $"{value}::VARCHAR",
            _ => throw WrongType(column, "ids must be whole numbers or text"),
        };
    }

    /// <summary>Whether a column has a value at all.</summary>
    public bool HasValues(int column) =>
        IsAny($"{SqlText.Identifier(_columns[column].Name)} IS NOT NULL");

    /// <summary>Ids as text.</summary>
    public string IdText(int column) => $"({Id(column)})::VARCHAR";

    /// <summary>Microseconds since 1970: of a timestamp or date (UTC without a zone), or of text or a number as <see cref="Formats.ValueSql.Time"/> reads it.</summary>
    public string Time(int column)
    {
        var (name, type) = _columns[column];
        var value = SqlText.Identifier(name);
        return Kind(type) switch
        {
            ColumnKind.Time => type is "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" ? $"epoch_us({value})" : $"epoch_us({value}::TIMESTAMP)",
            ColumnKind.Number when type is "FLOAT" or "DOUBLE" =>
                Formats.ValueSql.Time($"(CASE WHEN {value} = trunc({value}) AND abs({value}) < 1e18 THEN {value}::BIGINT::VARCHAR ELSE coalesce({value}::VARCHAR, 'null') END)"),
            ColumnKind.Whole or ColumnKind.Number or ColumnKind.Text => $"CASE WHEN {value} IS NOT NULL THEN {Formats.ValueSql.Time($"({TextOf(value, type)}::VARCHAR)")} END",
            _ => throw WrongType(column, "times must be timestamps, dates, ISO 8601 text or Unix times"),
        };
    }

    /// <summary>The same, and 0 where the time is null: unknown.</summary>
    public string TimeOrUnknown(int column) => $"CASE WHEN {SqlText.Identifier(_columns[column].Name)} IS NULL THEN 0 ELSE {Time(column)} END";

    /// <summary>Numbers.</summary>
    public string Number(int column)
    {
        var (name, type) = _columns[column];
        return Kind(type) is ColumnKind.Whole or ColumnKind.Number or ColumnKind.Text
            ? $"TRY_CAST({TextOf(SqlText.Identifier(name), type)} AS DOUBLE)"
            : throw WrongType(column, "weights must be numbers");
    }

    /// <summary>Text, also of numbers; lists of text are joined by ", ".</summary>
    public string Text(int column)
    {
        var (name, type) = _columns[column];
        return Kind(type) switch
        {
            ColumnKind.Text or ColumnKind.Whole or ColumnKind.Number => $"{TextOf(SqlText.Identifier(name), type)}::VARCHAR",
            _ when type == "VARCHAR[]" => $"array_to_string({SqlText.Identifier(name)}, ', ')",
            _ => throw WrongType(column, "names must be text"),
        };
    }

    /// <summary>Lists of ids as lists of text.</summary>
    public string IdList(int column)
    {
        var (name, type) = _columns[column];
        var isList = type.EndsWith("[]", StringComparison.Ordinal);
        return isList && Kind(type[..^2]) is ColumnKind.Whole or ColumnKind.Text
            ? $"{SqlText.Identifier(name)}::VARCHAR[]"
            : throw WrongType(column, "it must be a list of whole numbers or of text");
    }

    // Some writers don't say of text that it is text. What isn't UTF-8 becomes a character that no id may have.
    private static string TextOf(string value, string type) =>
        type == "BLOB" ? $"CASE WHEN {value} IS NOT NULL THEN coalesce(TRY(decode({value})), chr(65533)) END" : value;

    private static ColumnKind Kind(string type) => type switch
    {
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "HUGEINT" or "UHUGEINT" => ColumnKind.Whole,
        "FLOAT" or "DOUBLE" => ColumnKind.Number,
        "VARCHAR" or "BLOB" => ColumnKind.Text,
        "DATE" => ColumnKind.Time,
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => ColumnKind.Number,
        _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => ColumnKind.Time,
        _ => ColumnKind.Other,
    };

    private bool HasInexact(string value, string type) =>
        IsAny($"isfinite({value}) AND abs({value}) >= {(type == "FLOAT" ? ExactBelowFloat : ExactBelowDouble)}");

    private bool IsAny(string condition)
    {
        try
        {
            return _connection.QueryLong($"SELECT count(*) FROM (SELECT 1 FROM {Sql} WHERE {condition} LIMIT 1)", _cancellationToken) > 0;
        }
        catch (EngineException exception)
        {
            throw EngineFailure.Explain(exception, [File], Path.GetTempPath());
        }
    }

    private LakeInputException WrongType(int column, string needed) =>
        new(File.Path, $"the column {_columns[column].Name} is of type {_columns[column].Type}", $"Export it again: {needed}");

    // A file begins with PAR1 and ends with the length of its footer and PAR1: one that was cut has lost them.
    private static void CheckEnds(InputFile file)
    {
        using var stream = System.IO.File.OpenRead(file.Path);
        Span<byte> four = stackalloc byte[4];
        if (stream.ReadAtLeast(four, 4, throwOnEndOfStream: false) < 4 || !four.SequenceEqual(Magic))
        {
            throw new LakeInputException(file.Path, "is no Parquet file", "Export the file as Parquet, or import it in the format that it has");
        }

        stream.Seek(-Math.Min(4, stream.Length), SeekOrigin.End);
        stream.ReadExactly(four);
        if (stream.Length < 12 || !four.SequenceEqual(Magic))
        {
            throw new LakeInputException(
                file.Path, $"is no complete Parquet file: it was cut short after {stream.Length:N0} bytes and has no footer", "Fetch or export the file again");
        }
    }

    private enum ColumnKind
    {
        Whole,
        Number,
        Text,
        Time,
        Other,
    }
}
