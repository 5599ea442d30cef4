namespace RecSys.Algorithms.Matrices;

/// <summary>
/// Limits the pairs of cells that share a row. Pairs grow with the square of a row's length, so that a few long rows hold most of
/// them. Of these rows a sample of the cells is kept, which is still more than a usual row has.
/// </summary>
public static class PairLimit
{
    /// <summary>Pairs of cells that share a row, each counted from both sides.</summary>
    public static double PairsOf(SparseMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return Pairs(LengthCounts(matrix), int.MaxValue);
    }

    /// <summary>Cells that are left of a row at most, so that there are no more pairs than asked for; at least 2.</summary>
    public static int LongestRow(SparseMatrix matrix, double maxPairs)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var counts = LengthCounts(matrix);
        var (low, high) = (2, Math.Max(2, counts.Length - 1));
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            if (Pairs(counts, middle) <= maxPairs)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>The matrix itself where it has no more pairs; else one in which cells of the longest rows are left out by a seeded draw.</summary>
    /// <param name="matrix">Rows whose cells are paired.</param>
    /// <param name="maxPairs">Pairs at most.</param>
    /// <param name="seed">Of the draw; each row has draws of its own.</param>
    public static SparseMatrix Sample(SparseMatrix matrix, double maxPairs, int seed)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (PairsOf(matrix) <= maxPairs)
        {
            return matrix;
        }

        var longest = LongestRow(matrix, maxPairs);
        var offsets = new long[matrix.RowCount + 1];
        for (var row = 0; row < matrix.RowCount; row++)
        {
            offsets[row + 1] = Math.Min(longest, matrix.RowLength(row));
        }

        var chunks = CellChunk.Allocate(offsets, SparseMatrix.MaxChunkCells);
        for (var row = 0; row < matrix.RowCount; row++)
        {
            var chunk = CellChunk.Of(chunks, row);
            var at = (int)(offsets[row] - chunk.FirstCell);
            var kept = (int)(offsets[row + 1] - offsets[row]);
            Draw(matrix, row, new SplitMix(seed, row), chunk.Columns.AsSpan(at, kept), chunk.Values.AsSpan(at, kept));
        }

        return new SparseMatrix(matrix.ColumnCount, offsets, chunks);
    }

    // Selection sampling (Knuth, vol. 2, 3.4.2, algorithm S): every subset is equally likely, and the cells keep their order.
    private static void Draw(SparseMatrix matrix, int row, SplitMix random, Span<int> columns, Span<float> values)
    {
        var from = matrix.RowColumns(row);
        var weights = matrix.RowValues(row);
        if (from.Length == columns.Length)
        {
            from.CopyTo(columns);
            weights.CopyTo(values);
            return;
        }

        var drawn = 0;
        for (var i = 0; drawn < columns.Length; i++)
        {
            if (random.NextInt(from.Length - i) < columns.Length - drawn)
            {
                (columns[drawn], values[drawn]) = (from[i], weights[i]);
                drawn++;
            }
        }
    }

    private static double Pairs(long[] lengthCounts, int longest)
    {
        var pairs = 0.0;
        for (var length = 1; length < lengthCounts.Length; length++)
        {
            var kept = (double)Math.Min(length, longest);
            pairs += lengthCounts[length] * kept * kept;
        }

        return pairs;
    }

    // Rows of each length.
    private static long[] LengthCounts(SparseMatrix matrix)
    {
        var most = 0;
        for (var row = 0; row < matrix.RowCount; row++)
        {
            most = Math.Max(most, matrix.RowLength(row));
        }

        var counts = new long[most + 1];
        for (var row = 0; row < matrix.RowCount; row++)
        {
            counts[matrix.RowLength(row)]++;
        }

        return counts;
    }
}

/// <summary>
/// Keeps the cells of the columns that most rows have. Most items of a catalogue are rare. Their neighbours are mostly chance, but
/// would take most of the memory of a table.
/// </summary>
internal static class ColumnLimit
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

        // Most rows first, then the lower index.
        var counts = matrix.CountColumns();
        var keys = new long[matrix.ColumnCount];
        for (var column = 0; column < keys.Length; column++)
        {
            keys[column] = column - ((long)counts[column] << 32);
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
