using RecSys.Lake.DuckDb;

namespace RecSys.Analytics.Imports;

/// <summary>Small results of queries.</summary>
internal static class SqlRows
{
    private const int ShownCharacters = 120;

    /// <summary>All rows of a query whose columns are VARCHAR or BIGINT, as text.</summary>
    public static List<string?[]> Texts(
        DuckDbConnection connection, string sql, CancellationToken cancellationToken, params ReadOnlySpan<object?> parameters)
    {
        var result = new List<string?[]>();
        using var rows = connection.Query($"SELECT COLUMNS(*)::VARCHAR FROM ({sql})", cancellationToken, parameters);
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    var values = new string?[rows.ColumnCount];
                    for (var column = 0; column < values.Length; column++)
                    {
                        values[column] = chunk.Column(column).Text(row);
                    }

                    result.Add(values);
                }
            }
        }

        return result;
    }

    /// <summary>Text for a person: on one line and not endless.</summary>
    public static string Short(string? text)
    {
        var line = string.Concat((text ?? "").Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= ShownCharacters ? line : line[..ShownCharacters] + "…";
    }
}
