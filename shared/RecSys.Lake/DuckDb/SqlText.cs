using System.Globalization;

namespace RecSys.Lake.DuckDb;

/// <summary>
/// Text that goes into SQL where DuckDB takes no parameter: file names of COPY and of table functions. Values always go
/// through parameters instead.
/// </summary>
internal static class SqlText
{
    /// <summary>A string literal; NUL, which DuckDB would cut the text at, is refused.</summary>
    public static string Literal(string text)
    {
        if (text.Contains('\0'))
        {
            throw new ArgumentException("A name may not contain the character NUL.", nameof(text));
        }

        return string.Create(CultureInfo.InvariantCulture, $"'{text.Replace("'", "''", StringComparison.Ordinal)}'");
    }

    /// <summary>A list literal of strings, such as the files of <c>read_parquet</c>.</summary>
    public static string LiteralList(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Literal))}]";

    /// <summary>A quoted identifier, such as a column's name that came from a file.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
