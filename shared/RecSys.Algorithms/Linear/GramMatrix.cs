namespace RecSys.Algorithms.Linear;

/// <summary>G = FᵀF of tall factor matrices, accumulated in double precision.</summary>
internal static unsafe class GramMatrix
{
    /// <summary>Rows summed in single precision before they are added to the doubles.</summary>
    private const int BlockRows = 512;

    private const int BandWidth = 256;

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
        for (var slice = 0; slice < sliceCount; slice++)
        {
            slices[slice] = new double[stride * stride];
        }

        // Wide matrices have few slices, so each is also divided into bands of tile rows.
        var bandCount = Math.Max(1, stride / BandWidth);
        var workers = new AlignedBuffer?[threadCount];
        WorkQueue.Run(sliceCount * bandCount, threadCount, cancellationToken, (task, worker) =>
        {
            var scratch = workers[worker] ??= new AlignedBuffer(((long)BlockRows * stride) + (Padding.Tile * Padding.Tile));
            var slice = task / bandCount;
            var end = (int)((long)blockCount * (slice + 1) / sliceCount);
            for (var block = (int)((long)blockCount * slice / sliceCount); block < end; block++)
            {
                var first = block * BlockRows;
                AddBlock(
                    rows + ((nint)first * stride),
                    Math.Min(BlockRows, rowCount - first),
                    stride,
                    scratch.Pointer,
                    slices[slice],
                    task % bandCount,
                    bandCount);
            }
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

    /// <summary>Adds the products of a block for every <paramref name="bandCount"/>-th tile row.</summary>
    private static void AddBlock(float* rows, int rowCount, int stride, float* scratch, double[] sums, int band, int bandCount)
    {
        var strips = scratch + (Padding.Tile * Padding.Tile);
        Strips.Pack(rows, stride, rowCount, stride, strips);
        var stripLength = (nint)rowCount * Padding.Tile;
        for (var r = band * Padding.Tile; r < stride; r += bandCount * Padding.Tile)
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
