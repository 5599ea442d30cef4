namespace RecSys.Algorithms.Linear;

/// <summary>
/// Plane rotations of neighbouring rows of a square matrix, collected and applied many at a time: to one block of columns after
/// the other, so that a block stays in the cache and blocks can go to different threads.
/// </summary>
internal sealed class RowRotations(double[] matrix, int size, int threadCount)
{
    private const int MaxCapacity = 1 << 15;

    /// <summary>64 columns of 1,024 rows take 512 KiB.</summary>
    private const int BlockColumns = 64;

    private readonly int[] _rows = new int[Math.Min(MaxCapacity, size * size)];
    private readonly double[] _cosines = new double[Math.Min(MaxCapacity, size * size)];
    private readonly double[] _sines = new double[Math.Min(MaxCapacity, size * size)];
    private int _count;

    /// <summary>Rows (row, row + 1) become (c·row − s·(row + 1), s·row + c·(row + 1)), after all rotations added before.</summary>
    public void Add(int row, double cosine, double sine)
    {
        if (_count == _rows.Length)
        {
            Flush();
        }

        _rows[_count] = row;
        _cosines[_count] = cosine;
        _sines[_count++] = sine;
    }

    /// <summary>Applies what has been collected.</summary>
    public void Flush()
    {
        var blocks = (size + BlockColumns - 1) / BlockColumns;
        WorkQueue.Run(blocks, threadCount, default, (block, _) =>
        {
            var column = block * BlockColumns;
            var width = Math.Min(BlockColumns, size - column);
            for (var i = 0; i < _count; i++)
            {
                var low = matrix.AsSpan((_rows[i] * size) + column, width);
                var high = matrix.AsSpan(((_rows[i] + 1) * size) + column, width);
                DoubleKernel.Rotate(low, high, _cosines[i], _sines[i]);
            }
        });
        _count = 0;
    }
}
