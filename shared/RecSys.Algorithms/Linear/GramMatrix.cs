namespace RecSys.Algorithms.Linear;

/// <summary>G = FᵀF of tall factor matrices, accumulated in double precision.</summary>
internal static unsafe class GramMatrix
{
    /// <summary>Rows summed in single precision before they are added to the doubles.</summary>
    private const int BlockRows = 512;

    /// <summary>Computes the whole symmetric matrix, width × width, row-major.</summary>
    /// <param name="rows">The first row; rows are padded with zeros to <paramref name="stride"/>, a multiple of 16.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="width">Columns that count.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="threadCount">Threads; the result does not depend on it.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static double[] Compute(
        float* rows, int rowCount, int width, int stride, int threadCount, CancellationToken cancellationToken)
    {
        // Slices depend on the sizes alone, and are added in their order: the same sum for any number of threads.
        var mostSlices = Math.Clamp(4096 / stride, 4, 64);
        var blockCount = (rowCount + BlockRows - 1) / BlockRows;
        var sliceCount = Math.Clamp(blockCount, 1, mostSlices);
        var slices = new double[sliceCount][];
        var workers = new AlignedBuffer?[threadCount];
        WorkQueue.Run(sliceCount, threadCount, cancellationToken, (slice, worker) =>
        {
            var scratch = workers[worker] ??= new AlignedBuffer(((long)BlockRows * stride) + (Padding.Tile * Padding.Tile));
            var sums = new double[stride * stride];
            var end = (int)((long)blockCount * (slice + 1) / sliceCount);
            for (var block = (int)((long)blockCount * slice / sliceCount); block < end; block++)
            {
                var first = block * BlockRows;
                AddBlock(rows + ((nint)first * stride), Math.Min(BlockRows, rowCount - first), stride, scratch.Pointer, sums);
            }

            slices[slice] = sums;
        });

        var total = slices[0];
        for (var s = 1; s < sliceCount; s++)
        {
            DoubleKernel.AddScaled(1, slices[s], total);
        }

        var gram = new double[width * width];
        for (var r = 0; r < width; r++)
        {
            for (var c = r; c < width; c++)
            {
                gram[(r * width) + c] = gram[(c * width) + r] = total[(r * stride) + c];
            }
        }

        return gram;
    }

    private static void AddBlock(float* rows, int rowCount, int stride, float* scratch, double[] sums)
    {
        var strips = scratch + (Padding.Tile * Padding.Tile);
        Strips.Pack(rows, stride, rowCount, stride, strips);
        var stripLength = (nint)rowCount * Padding.Tile;
        for (var r = 0; r < stride; r += Padding.Tile)
        {
            for (var c = r; c < stride; c += Padding.Tile)
            {
                TileKernel.Set(
                    strips + (r / Padding.Tile * stripLength),
                    Padding.Tile,
                    strips + (c / Padding.Tile * stripLength),
                    Padding.Tile,
                    rowCount,
                    scratch,
                    Padding.Tile);
                for (var i = 0; i < Padding.Tile; i++)
                {
                    DoubleKernel.Add(
                        new ReadOnlySpan<float>(scratch + (i * Padding.Tile), Padding.Tile), sums.AsSpan(((r + i) * stride) + c, Padding.Tile));
                }
            }
        }
    }
}
