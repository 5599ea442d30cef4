using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports;

/// <summary>Small results of queries.</summary>
internal static class SqlRows
{
    private const int ShownCharacters = 120;

    /// <summary>All rows of a query, as text.</summary>
    public static List<string?[]> Texts(
        EngineConnection connection, string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        connection.ReadRows(
            $"SELECT COLUMNS(*)::VARCHAR FROM ({sql})",
            row => Enumerable.Range(0, row.FieldCount).Select(row.TextOrNull).ToArray(),
            cancellationToken,
            parameters);

    /// <summary>Text for a person: on one line and not endless.</summary>
    public static string Short(string? text)
    {
        var line = string.Concat((text ?? "").Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= ShownCharacters ? line : line[..ShownCharacters] + "…";
    }
}
