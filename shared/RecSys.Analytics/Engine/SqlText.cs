using RecSys.Contracts;

namespace RecSys.Analytics.Engine;

/// <summary>
/// Text that goes into SQL where DuckDB takes no parameter: file names of COPY and of table functions. Values always go
/// through parameters instead.
/// </summary>
internal static class SqlText
{
    /// <summary>
    /// A text that reaches the engine as it is: it would be cut at NUL, and half of a surrogate pair would become a replacement
    /// character, so that different ids became the same.
    /// </summary>
    /// <exception cref="ArgumentException">The text has one of both.</exception>
    public static string Checked(string text)
    {
        if (text.Contains('\0'))
        {
            throw new ArgumentException("A text may not contain the character NUL.", nameof(text));
        }

        _ = IdText.StrictUtf8.GetByteCount(text);
        return text;
    }

    /// <summary>A string literal.</summary>
    /// <inheritdoc cref="Checked" path="/exception"/>
    public static string Literal(string text) => $"'{Checked(text).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A list literal of strings, such as the files of <c>read_parquet</c>.</summary>
    public static string LiteralList(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Literal))}]";

    /// <summary>The table function that reads Parquet files, the first of which gives columns and types.</summary>
    public static string Parquet(params IEnumerable<string> files) => $"read_parquet({LiteralList(files)}, hive_partitioning = false)";

    /// <summary>The same for segments of listens, whose columns and types are those that ingest writes: whoever wrote them, an id is text.</summary>
    public static string Segments(params IEnumerable<string> files) => SegmentTable.Listens.From(files);

    /// <summary>A quoted identifier, such as a column's name that came from a file.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
