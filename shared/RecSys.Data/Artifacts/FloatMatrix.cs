namespace RecSys.Data.Artifacts;

/// <summary>A matrix in one array, row by row.</summary>
/// <param name="RowCount">Rows.</param>
/// <param name="ColumnCount">Columns.</param>
/// <param name="Values">Rows × columns values.</param>
public sealed record FloatMatrix(int RowCount, int ColumnCount, float[] Values)
{
    /// <summary>One row.</summary>
    public ReadOnlySpan<float> Row(int rowIndex) => Values.AsSpan(rowIndex * ColumnCount, ColumnCount);
}
