namespace RecSys.Algorithms.Matrices;

/// <summary>
/// Collects triples in batches and builds a <see cref="SparseMatrix"/> in linear time. Use it where one array cannot hold all
/// triples; the batches are kept, not copied, and must not change until <see cref="Build"/> returns.
/// </summary>
/// <param name="rowCount">Number of rows.</param>
/// <param name="columnCount">Number of columns.</param>
/// <param name="allowNegative">Takes signed weights.</param>
public sealed class SparseMatrixBuilder(int rowCount, int columnCount, bool allowNegative = false)
{
    private readonly List<(ReadOnlyMemory<int> Rows, ReadOnlyMemory<int> Columns, ReadOnlyMemory<float> Values)> _batches = [];

    /// <summary>Most cells in one chunk; lowered by tests.</summary>
    internal int MaxChunkCells { get; init; } = SparseMatrix.MaxChunkCells;

    /// <summary>Checks and keeps a batch; see <see cref="SparseMatrix.FromTriples(int, int, ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{float})"/>.</summary>
    public void Add(ReadOnlyMemory<int> rows, ReadOnlyMemory<int> columns, ReadOnlyMemory<float> values)
    {
        TripleValidation.Check(rowCount, columnCount, rows.Span, columns.Span, values.Span, allowNegative);
        _batches.Add((rows, columns, values));
    }

    /// <summary>Builds the matrix and lets go of the batches.</summary>
    public SparseMatrix Build()
    {
        TripleValidation.CheckShape(rowCount, columnCount);
        var columnOffsets = new long[columnCount + 1];
        foreach (var batch in _batches)
        {
            TripleSorting.Count(batch.Columns.Span, columnOffsets);
        }

        var columnChunks = CellChunk.Allocate(columnOffsets, MaxChunkCells);
        var next = columnOffsets.AsSpan(0, columnCount).ToArray();
        foreach (var batch in _batches)
        {
            TripleSorting.Scatter(batch.Columns.Span, batch.Rows.Span, batch.Values.Span, next, columnChunks);
        }

        _batches.Clear();
        return FromColumns(rowCount, columnCount, columnOffsets, columnChunks, MaxChunkCells);
    }

    /// <summary>Cells grouped by column, in any order within, become rows with ascending columns; duplicates are then neighbours.</summary>
    internal static SparseMatrix FromColumns(
        int rowCount, int columnCount, long[] columnOffsets, CellChunk[] columnChunks, int maxChunkCells)
    {
        var (rowOffsets, rowChunks) = new SparseMatrix(rowCount, columnOffsets, columnChunks).TransposeCells(maxChunkCells, order: []);
        return TripleSorting.MergeDuplicates(columnCount, rowOffsets, rowChunks);
    }
}

/// <summary>Two stable counting sorts, by column and then by row, put validated triples into compressed rows.</summary>
internal static class TripleSorting
{
    /// <summary>Whether triples ascend by row and then column; equal neighbours are allowed.</summary>
    public static bool IsSorted(ReadOnlySpan<int> rows, ReadOnlySpan<int> columns)
    {
        for (var i = 1; i < rows.Length; i++)
        {
            if (rows[i] < rows[i - 1] || (rows[i] == rows[i - 1] && columns[i] < columns[i - 1]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds each index's occurrences to the count kept one place later, ready to be summed into offsets.</summary>
    public static void Count(ReadOnlySpan<int> indices, long[] counts)
    {
        foreach (var index in indices)
        {
            counts[index + 1]++;
        }
    }

    /// <summary>Puts a batch into the cells of its rows, in the order of arrival; <paramref name="next"/> advances.</summary>
    public static void Scatter(
        ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, long[] next, CellChunk[] chunks)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            var chunk = chunks.Length == 1 ? chunks[0] : CellChunk.Of(chunks, row);
            var at = (int)(next[row]++ - chunk.FirstCell);
            chunk.Columns[at] = columns[i];
            chunk.Values[at] = values[i];
        }
    }

    /// <summary>Cells of sorted triples are the triples themselves.</summary>
    public static void Copy(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, CellChunk[] chunks)
    {
        foreach (var chunk in chunks)
        {
            columns.Slice((int)chunk.FirstCell, chunk.Columns.Length).CopyTo(chunk.Columns);
            values.Slice((int)chunk.FirstCell, chunk.Values.Length).CopyTo(chunk.Values);
        }
    }

    /// <summary>Sums neighbouring cells of one column and drops cells that are zero, moving the rest up in place.</summary>
    public static SparseMatrix MergeDuplicates(int columnCount, long[] rowOffsets, CellChunk[] chunks)
    {
        var merged = new CellChunk[chunks.Length];
        var cells = 0L;
        for (var c = 0; c < chunks.Length; c++)
        {
            var chunk = chunks[c];
            var endRow = c + 1 < chunks.Length ? chunks[c + 1].FirstRow : rowOffsets.Length - 1;
            var read = 0;
            var write = 0;
            for (var row = chunk.FirstRow; row < endRow; row++)
            {
                var end = (int)(rowOffsets[row + 1] - chunk.FirstCell);
                rowOffsets[row] = cells + write;
                while (read < end)
                {
                    var column = chunk.Columns[read];
                    double sum = chunk.Values[read++];
                    while (read < end && chunk.Columns[read] == column)
                    {
                        sum += chunk.Values[read++];
                    }

                    var value = (float)sum;
                    if (float.IsInfinity(value))
                    {
                        throw new AlgorithmException(
                            AlgorithmError.InfiniteWeight,
                            $"The weights of cell (row {row}, column {column}) sum to {sum:g3}, more than a float holds; scale weights down.");
                    }

                    if (value != 0)
                    {
                        chunk.Columns[write] = column;
                        chunk.Values[write++] = value;
                    }
                }
            }

            merged[c] = write == chunk.Columns.Length
                ? chunk with { FirstCell = cells }
                : new CellChunk(chunk.FirstRow, cells, chunk.Columns[..write], chunk.Values[..write]);
            cells += write;
        }

        rowOffsets[^1] = cells;
        return new SparseMatrix(columnCount, rowOffsets, merged);
    }
}

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
