using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Neighbors;

/// <summary>
/// The cells of the columns that most rows have. What is rare has neighbours by chance, but a catalogue is mostly rare items, and a table
/// of the neighbours of all of them takes most of the memory.
/// </summary>
internal static class PopularColumns
{
    /// <summary>The matrix itself where it has no more columns; else one in which the others are empty. Ties by lower index.</summary>
    /// <param name="matrix">Users × items.</param>
    /// <param name="count">Columns to keep.</param>
    public static SparseMatrix Keep(SparseMatrix matrix, int count)
    {
        if (matrix.ColumnCount <= count)
        {
            return matrix;
        }

        var keys = new long[matrix.ColumnCount];
        for (var row = 0; row < matrix.RowCount; row++)
        {
            foreach (var column in matrix.RowColumns(row))
            {
                keys[column] -= 1L << 32;
            }
        }

        for (var column = 0; column < keys.Length; column++)
        {
            keys[column] += column;
        }

        Array.Sort(keys);
        var isKept = new bool[keys.Length];
        foreach (var key in keys.AsSpan(0, count))
        {
            isKept[(int)(key & int.MaxValue)] = true;
        }

        return Keep(matrix, isKept);
    }

    private static SparseMatrix Keep(SparseMatrix matrix, bool[] isKept)
    {
        var offsets = new long[matrix.RowCount + 1];
        for (var row = 0; row < matrix.RowCount; row++)
        {
            foreach (var column in matrix.RowColumns(row))
            {
                offsets[row + 1] += isKept[column] ? 1 : 0;
            }
        }

        var chunks = CellChunk.Allocate(offsets, SparseMatrix.MaxChunkCells);
        for (var row = 0; row < matrix.RowCount; row++)
        {
            var chunk = CellChunk.Of(chunks, row);
            var at = (int)(offsets[row] - chunk.FirstCell);
            var columns = matrix.RowColumns(row);
            var values = matrix.RowValues(row);
            for (var i = 0; i < columns.Length; i++)
            {
                if (isKept[columns[i]])
                {
                    (chunk.Columns[at], chunk.Values[at]) = (columns[i], values[i]);
                    at++;
                }
            }
        }

        return new SparseMatrix(matrix.ColumnCount, offsets, chunks);
    }
}
