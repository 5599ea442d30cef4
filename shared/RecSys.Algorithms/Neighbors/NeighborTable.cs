namespace RecSys.Algorithms.Neighbors;

/// <summary>
/// For each row its neighbours, ascending by index, with their similarities. Memory: 8 bytes a neighbour. Kept in blocks of
/// rows, so that their number may pass the 2³¹ elements of one array.
/// </summary>
public sealed class NeighborTable
{
    internal const int BlockRows = 256;

    private readonly Block[] _blocks;

    internal NeighborTable(int rowCount, Block[] blocks)
    {
        RowCount = rowCount;
        _blocks = blocks;
        NeighborCount = blocks.Sum(b => (long)b.Indices.Length);
    }

    /// <summary>Makes a table of stored rows.</summary>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="row">Gives a row's neighbours, ascending, and their similarities.</param>
    public static NeighborTable FromRows(int rowCount, Func<int, (int[] Neighbors, float[] Similarities)> row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var blocks = new Block[(rowCount + BlockRows - 1) / BlockRows];
        for (var block = 0; block < blocks.Length; block++)
        {
            var first = block * BlockRows;
            var rows = Enumerable.Range(first, Math.Min(BlockRows, rowCount - first)).Select(row).ToArray();
            var starts = new int[rows.Length + 1];
            for (var i = 0; i < rows.Length; i++)
            {
                starts[i + 1] = starts[i] + rows[i].Neighbors.Length;
            }

            blocks[block] = new Block(starts, [.. rows.SelectMany(r => r.Neighbors)], [.. rows.SelectMany(r => r.Similarities)]);
        }

        return new NeighborTable(rowCount, blocks);
    }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Neighbours of all rows together.</summary>
    public long NeighborCount { get; }

    /// <summary>Neighbours of a row, ascending.</summary>
    public ReadOnlySpan<int> Neighbors(int row)
    {
        var block = _blocks[row / BlockRows];
        var start = block.Starts[row % BlockRows];
        return block.Indices.AsSpan(start, block.Starts[(row % BlockRows) + 1] - start);
    }

    /// <summary>Similarities in the order of <see cref="Neighbors"/>.</summary>
    public ReadOnlySpan<float> Similarities(int row)
    {
        var block = _blocks[row / BlockRows];
        var start = block.Starts[row % BlockRows];
        return block.Similarities.AsSpan(start, block.Starts[(row % BlockRows) + 1] - start);
    }

    /// <summary>The similarity of a row to one other; 0 when that isn't among its neighbours.</summary>
    public float Similarity(int row, int neighbor)
    {
        var at = Neighbors(row).BinarySearch(neighbor);
        return at < 0 ? 0 : Similarities(row)[at];
    }

    /// <summary>Rows BlockRows · b … of the table; row r's neighbours are Starts[r] … Starts[r + 1].</summary>
    internal readonly record struct Block(int[] Starts, int[] Indices, float[] Similarities);
}
