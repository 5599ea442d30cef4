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
