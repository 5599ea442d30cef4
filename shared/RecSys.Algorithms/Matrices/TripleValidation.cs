namespace RecSys.Algorithms.Matrices;

/// <summary>Finds the first triple that cannot go into a matrix and says why.</summary>
internal static class TripleValidation
{
    public static void Check(
        int rowCount,
        int columnCount,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<int> columns,
        ReadOnlySpan<float> values,
        bool allowNegative)
    {
        CheckShape(rowCount, columnCount);
        if (rows.Length != columns.Length || rows.Length != values.Length)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"There are {rows.Length} rows, {columns.Length} columns and {values.Length} weights; give one of each per triple.");
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var value = values[i];
            var valid = (uint)rows[i] < (uint)rowCount && (uint)columns[i] < (uint)columnCount
                && float.IsFinite(value) && (value >= 0 || allowNegative);
            if (!valid)
            {
                Throw(i, rows[i], rowCount, columns[i], columnCount, value);
            }
        }
    }

    public static void CheckShape(int rowCount, int columnCount)
    {
        if (rowCount < 0 || columnCount < 0)
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting, $"A matrix of {rowCount} × {columnCount} was asked for; both sizes must be 0 or more.");
        }
    }

    private static void Throw(int triple, int row, int rowCount, int column, int columnCount, float value)
    {
        var (error, message) = (row, column, value) switch
        {
            _ when (uint)row >= (uint)rowCount =>
                (AlgorithmError.IndexOutOfRange, $"row {row} is not in 0 … {rowCount - 1}; map ids to dense indices first."),
            _ when (uint)column >= (uint)columnCount =>
                (AlgorithmError.IndexOutOfRange, $"column {column} is not in 0 … {columnCount - 1}; map ids to dense indices first."),
            _ when float.IsNaN(value) =>
                (AlgorithmError.NotANumber, "its weight is not a number; drop the triple or give it a weight."),
            _ when float.IsInfinity(value) =>
                (AlgorithmError.InfiniteWeight, "its weight is infinite; cap weights beforehand."),
            _ => (AlgorithmError.NegativeWeight, $"its weight is {value}; weights count interest and must be 0 or more."),
        };
        throw new AlgorithmException(error, $"Triple {triple} (row {row}, column {column}): {message}");
    }
}
