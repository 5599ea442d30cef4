using RecSys.Lake.DuckDb;

namespace RecSys.Analytics.Reports;

/// <summary>A row of a small result. Columns are BIGINT, DOUBLE or VARCHAR.</summary>
internal readonly ref struct ReportRow(DuckDbChunk chunk, int row)
{
    /// <summary>A BIGINT; 0 for NULL.</summary>
    public long Long(int column) => chunk.Column(column) is var vector && vector.IsNull(row) ? 0 : vector.Values<long>()[row];

    /// <summary>A DOUBLE; 0 for NULL.</summary>
    public double Double(int column) => chunk.Column(column) is var vector && vector.IsNull(row) ? 0 : vector.Values<double>()[row];

    /// <summary>A VARCHAR; empty for NULL.</summary>
    public string Text(int column) => chunk.Column(column).Text(row) ?? "";
}
