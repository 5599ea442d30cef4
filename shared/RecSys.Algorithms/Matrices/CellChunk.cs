namespace RecSys.Algorithms.Matrices;

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
