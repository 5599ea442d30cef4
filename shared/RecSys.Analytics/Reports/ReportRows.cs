using RecSys.Lake.DuckDb;

namespace RecSys.Analytics.Reports;

/// <summary>Reads results that are small because the engine has aggregated them.</summary>
internal static class ReportRows
{
    public delegate T RowReader<T>(ReportRow row);

    /// <summary>All rows of a query.</summary>
    public static List<T> ReadRows<T>(this DuckDbConnection connection, string sql, RowReader<T> read, CancellationToken cancellationToken)
    {
        var records = new List<T>();
        using var rows = connection.Query(sql, cancellationToken);
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    records.Add(read(new ReportRow(chunk, row)));
                }
            }
        }

        return records;
    }

    /// <summary>The only row of a query.</summary>
    public static T ReadRow<T>(this DuckDbConnection connection, string sql, RowReader<T> read, CancellationToken cancellationToken) =>
        connection.ReadRows(sql, read, cancellationToken).Single();
}
