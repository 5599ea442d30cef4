using System.Diagnostics;

namespace RecSys.Algorithms.Matrices;

/// <summary>
/// An immutable sparse matrix in compressed rows: users × items with interaction weights. Columns ascend within a row, no cell
/// is stored twice and none is zero.
/// </summary>
/// <remarks>
/// Memory: 8 bytes a cell (32-bit column, 32-bit weight) and 8 bytes a row. Cells are kept in chunks that end at row
/// boundaries, so that the total may pass the 2³¹ elements of one array; only a single row may not pass one chunk.
/// </remarks>
public sealed class SparseMatrix
{
    /// <summary>Most cells in one chunk: 4 GiB of columns and of weights, well below the largest array.</summary>
    internal const int MaxChunkCells = 1 << 30;

    private readonly long[] _rowOffsets;
    private readonly CellChunk[] _chunks;

    internal SparseMatrix(int columnCount, long[] rowOffsets, CellChunk[] chunks)
    {
        Debug.Assert(rowOffsets.Length > 0 && chunks.Length > 0);
        ColumnCount = columnCount;
        _rowOffsets = rowOffsets;
        _chunks = chunks;
    }

    /// <summary>Number of rows (users).</summary>
    public int RowCount => _rowOffsets.Length - 1;

    /// <summary>Number of columns (items).</summary>
    public int ColumnCount { get; }

    /// <summary>Number of stored cells.</summary>
    public long CellCount => _rowOffsets[^1];

    /// <summary>Builds a matrix from parallel arrays in linear time; see <see cref="SparseMatrixBuilder"/> for more than one batch.</summary>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="rows">Row of each triple, 0 … rowCount − 1, in any order.</param>
    /// <param name="columns">Column of each triple, 0 … columnCount − 1.</param>
    /// <param name="values">Weight of each triple: finite and zero or more. Weights of one cell are summed; a sum of zero is no cell.</param>
    /// <exception cref="AlgorithmException">An index is out of range, the lengths differ, or a weight is not a finite number ≥ 0.</exception>
    public static SparseMatrix FromTriples(
        int rowCount, int columnCount, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<float> values) =>
        FromTriples(rowCount, columnCount, rows, columns, values, allowNegative: false);

    /// <summary>As the other overload; signed weights, such as deviations from a mean, are taken when asked for.</summary>
    public static SparseMatrix FromTriples(
        int rowCount,
        int columnCount,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<int> columns,
        ReadOnlySpan<float> values,
        bool allowNegative)
    {
        TripleValidation.Check(rowCount, columnCount, rows, columns, values, allowNegative);
        if (TripleSorting.IsSorted(rows, columns))
        {
            var rowOffsets = new long[rowCount + 1];
            TripleSorting.Count(rows, rowOffsets);
            var rowChunks = CellChunk.Allocate(rowOffsets, MaxChunkCells);
            TripleSorting.Copy(columns, values, rowChunks);
            return TripleSorting.MergeDuplicates(columnCount, rowOffsets, rowChunks);
        }

        var columnOffsets = new long[columnCount + 1];
        TripleSorting.Count(columns, columnOffsets);
        var columnChunks = CellChunk.Allocate(columnOffsets, MaxChunkCells);
        TripleSorting.Scatter(columns, rows, values, columnOffsets.AsSpan(0, columnCount).ToArray(), columnChunks);
        return SparseMatrixBuilder.FromColumns(rowCount, columnCount, columnOffsets, columnChunks, MaxChunkCells);
    }

    /// <summary>Columns of a row, ascending.</summary>
    public ReadOnlySpan<int> RowColumns(int row)
    {
        var chunk = ChunkOf(row);
        return chunk.Columns.AsSpan((int)(_rowOffsets[row] - chunk.FirstCell), (int)(_rowOffsets[row + 1] - _rowOffsets[row]));
    }

    /// <summary>Weights of a row, in the order of <see cref="RowColumns"/>.</summary>
    public ReadOnlySpan<float> RowValues(int row)
    {
        var chunk = ChunkOf(row);
        return chunk.Values.AsSpan((int)(_rowOffsets[row] - chunk.FirstCell), (int)(_rowOffsets[row + 1] - _rowOffsets[row]));
    }

    /// <summary>Number of cells of a row.</summary>
    public int RowLength(int row) => (int)(_rowOffsets[row + 1] - _rowOffsets[row]);

    /// <summary>The weight of a cell, 0 where there is none. Takes the logarithm of the row's length.</summary>
    public float this[int row, int column]
    {
        get
        {
            var at = RowColumns(row).BinarySearch(column);
            return at < 0 ? 0 : RowValues(row)[at];
        }
    }

    /// <summary>The matrix of the same cells whose weights are given by a function of (row, column, weight).</summary>
    /// <param name="map">Must return a finite number; a result of zero stays a stored cell.</param>
    public SparseMatrix MapValues(Func<int, int, float, float> map)
    {
        var chunks = new CellChunk[_chunks.Length];
        for (var c = 0; c < chunks.Length; c++)
        {
            chunks[c] = _chunks[c] with { Values = new float[_chunks[c].Values.Length] };
        }

        var mapped = new SparseMatrix(ColumnCount, _rowOffsets, chunks);
        for (var row = 0; row < RowCount; row++)
        {
            var columns = RowColumns(row);
            var values = RowValues(row);
            var target = chunks.Length == 1 ? chunks[0] : mapped.ChunkOf(row);
            var offset = (int)(_rowOffsets[row] - target.FirstCell);
            for (var i = 0; i < columns.Length; i++)
            {
                target.Values[offset + i] = map(row, columns[i], values[i]);
            }
        }

        return mapped;
    }

    /// <summary>Cells of each column; of users × items the distinct users of each item.</summary>
    public int[] CountColumns()
    {
        var counts = new int[ColumnCount];
        for (var row = 0; row < RowCount; row++)
        {
            foreach (var column in RowColumns(row))
            {
                counts[column]++;
            }
        }

        return counts;
    }

    /// <summary>Columns become rows; linear time.</summary>
    public SparseMatrix Transpose() => Transpose(MaxChunkCells);

    internal SparseMatrix Transpose(int maxChunkCells)
    {
        var (offsets, chunks) = TransposeCells(maxChunkCells, order: []);
        return new SparseMatrix(RowCount, offsets, chunks);
    }

    /// <summary>Columns become rows, and the rows columns in the order given.</summary>
    /// <param name="order">Every row once: the row that becomes the first column, the second, and so on.</param>
    internal SparseMatrix TransposeInOrder(ReadOnlySpan<int> order)
    {
        Debug.Assert(order.Length == RowCount);
        var (offsets, chunks) = TransposeCells(MaxChunkCells, order);
        return new SparseMatrix(RowCount, offsets, chunks);
    }

    internal (long[] Offsets, CellChunk[] Chunks) TransposeCells(int maxChunkCells, ReadOnlySpan<int> order)
    {
        var offsets = new long[ColumnCount + 1];
        foreach (var chunk in _chunks)
        {
            TripleSorting.Count(chunk.Columns, offsets);
        }

        var chunks = CellChunk.Allocate(offsets, maxChunkCells);
        var next = offsets.AsSpan(0, ColumnCount).ToArray();
        for (var place = 0; place < RowCount; place++)
        {
            var row = order.IsEmpty ? place : order[place];
            var columns = RowColumns(row);
            var values = RowValues(row);
            for (var i = 0; i < columns.Length; i++)
            {
                var column = columns[i];
                var chunk = chunks.Length == 1 ? chunks[0] : CellChunk.Of(chunks, column);
                var at = (int)(next[column]++ - chunk.FirstCell);
                chunk.Columns[at] = place;
                chunk.Values[at] = values[i];
            }
        }

        return (offsets, chunks);
    }

    private CellChunk ChunkOf(int row) => _chunks.Length == 1 ? _chunks[0] : CellChunk.Of(_chunks, row);
}

/// <summary>The cells of consecutive rows.</summary>
/// <param name="FirstRow">The first row that is here.</param>
/// <param name="FirstCell">Cells of the matrix before this chunk.</param>
/// <param name="Columns">Column of each cell.</param>
/// <param name="Values">Weight of each cell.</param>
internal sealed record CellChunk(int FirstRow, long FirstCell, int[] Columns, float[] Values)
{
    /// <summary>The chunk in which a row lies: the last that starts at or before it. A matrix has very few.</summary>
    public static CellChunk Of(CellChunk[] chunks, int row)
    {
        var at = chunks.Length - 1;
        while (chunks[at].FirstRow > row)
        {
            at--;
        }

        return chunks[at];
    }

    /// <summary>
    /// Turns counts (row r's at r + 1) into offsets, in place, and allocates chunks for them that end at row boundaries.
    /// </summary>
    public static CellChunk[] Allocate(long[] offsets, int maxChunkCells)
    {
        var rowCount = offsets.Length - 1;
        for (var row = 0; row < rowCount; row++)
        {
            if (offsets[row + 1] > maxChunkCells)
            {
                throw new AlgorithmException(
                    AlgorithmError.TooLarge,
                    $"Row {row} has {offsets[row + 1]} triples; one row may have at most {maxChunkCells}. Sum its duplicates beforehand.");
            }

            offsets[row + 1] += offsets[row];
        }

        var chunks = new List<CellChunk>();
        var first = 0;
        do
        {
            var end = first;
            while (end < rowCount && offsets[end + 1] - offsets[first] <= maxChunkCells)
            {
                end++;
            }

            var cells = (int)(offsets[end] - offsets[first]);
            chunks.Add(new CellChunk(
                first, offsets[first], GC.AllocateUninitializedArray<int>(cells), GC.AllocateUninitializedArray<float>(cells)));
            first = end;
        }
        while (first < rowCount);

        return [.. chunks];
    }
}
