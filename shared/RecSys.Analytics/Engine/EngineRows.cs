using System.Data.Common;
using DuckDB.NET.Native;

namespace RecSys.Analytics.Engine;

/// <summary>Values of a row that may be NULL.</summary>
internal static class EngineRows
{
    /// <summary>A BIGINT or INTEGER; 0 for NULL.</summary>
    public static long Long(this DbDataReader row, int column) => row.IsDBNull(column) ? 0 : row.GetInt64(column);

    /// <summary>A DOUBLE; 0 for NULL.</summary>
    public static double Double(this DbDataReader row, int column) => row.IsDBNull(column) ? 0 : row.GetDouble(column);

    /// <summary>A VARCHAR; empty for NULL.</summary>
    public static string Text(this DbDataReader row, int column) => row.IsDBNull(column) ? "" : row.GetString(column);

    /// <summary>A VARCHAR; null for NULL.</summary>
    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>A LIST of VARCHAR without its NULLs; empty for NULL.</summary>
    public static string[] TextList(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? [] : [.. row.GetFieldValue<List<string?>>(column).OfType<string>()];

    /// <summary>A value of any type; null for NULL. A time with a zone is in UTC, one without has no kind.</summary>
    public static object? Value(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetValue(column) switch
    {
        DateTime time when row.GetDataTypeName(column) == nameof(DuckDBType.TimestampTz) => DateTime.SpecifyKind(time, DateTimeKind.Utc),
        var value => value,
    };
}
