namespace RecSys.Algorithms.Matrices;

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
