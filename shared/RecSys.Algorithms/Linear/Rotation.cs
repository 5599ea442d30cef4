namespace RecSys.Algorithms.Linear;

/// <summary>F ← F · R in place, for tall factor matrices and a square R.</summary>
internal static unsafe class Rotation
{
    private const int BlockRows = 128;
    private const int BlockDepth = 256;

    /// <summary>Multiplies every row by R.</summary>
    /// <param name="rows">The first row; rows are padded with zeros to <paramref name="stride"/>, a multiple of 16.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="transposed">Rᵀ, width × width: its row k is what column k of the result is a product with.</param>
    /// <param name="width">Columns that count; padding stays zero.</param>
    /// <param name="threadCount">Threads.</param>
    /// <param name="cancellationToken">Ends the work early, leaving some rows rotated.</param>
    public static void Apply(
        float* rows, int rowCount, int stride, double[] transposed, int width, int threadCount, CancellationToken cancellationToken)
    {
        var right = new AlignedBuffer((long)stride * stride);
        var strips = right.Span;
        for (var c = 0; c < width; c++)
        {
            for (var k = 0; k < width; k++)
            {
                strips[(c / Padding.Tile * stride * Padding.Tile) + (k * Padding.Tile) + (c % Padding.Tile)] =
                    (float)transposed[(c * width) + k];
            }
        }

        var ones = new AlignedBuffer(stride);
        ones.Span.Fill(1);
        var workers = new AlignedBuffer?[threadCount];
        WorkQueue.Run((rowCount + BlockRows - 1) / BlockRows, threadCount, cancellationToken, (block, worker) =>
        {
            var left = workers[worker] ??= new AlignedBuffer(((long)BlockRows * stride) + (Padding.Tile * Padding.Tile));
            var first = block * BlockRows;
            ApplyBlock(rows + ((nint)first * stride), Math.Min(BlockRows, rowCount - first), stride, right.Pointer, ones.Pointer, left.Pointer);
        });
        GC.KeepAlive(right);
        GC.KeepAlive(ones);
    }

    private static void ApplyBlock(float* rows, int rowCount, int stride, float* right, float* ones, float* left)
    {
        var tile = left;
        left += Padding.Tile * Padding.Tile;
        for (var r = 0; r < rowCount; r += Padding.Tile)
        {
            TransposeKernel.Pack(
                rows + ((nint)r * stride),
                stride,
                stride,
                RowIndices.Consecutive,
                Math.Min(Padding.Tile, rowCount - r),
                ones,
                ones,
                left + ((nint)r * stride));
        }

        for (var depth = 0; depth < stride; depth += BlockDepth)
        {
            var depthCount = Math.Min(BlockDepth, stride - depth);
            for (var c = 0; c < stride; c += Padding.Tile)
            {
                var b = right + ((nint)c * stride) + (depth * Padding.Tile);
                for (var r = 0; r < rowCount; r += Padding.Tile)
                {
                    var a = left + ((nint)r * stride) + (depth * Padding.Tile);
                    var target = rows + ((nint)r * stride) + c;
                    if (rowCount - r >= Padding.Tile)
                    {
                        Multiply(a, b, depthCount, target, stride, depth > 0);
                    }
                    else
                    {
                        Multiply(a, b, depthCount, tile, Padding.Tile, false);
                        MergePartial(tile, rowCount - r, target, stride, depth > 0);
                    }
                }
            }
        }
    }

    private static void Multiply(float* a, float* b, int depth, float* c, nint stride, bool add)
    {
        if (add)
        {
            TileKernel.Add(a, Padding.Tile, b, Padding.Tile, depth, c, stride);
        }
        else
        {
            TileKernel.Set(a, Padding.Tile, b, Padding.Tile, depth, c, stride);
        }
    }

    private static void MergePartial(float* tile, int rowCount, float* target, nint stride, bool add)
    {
        for (var r = 0; r < rowCount; r++)
        {
            for (var c = 0; c < Padding.Tile; c++)
            {
                var sum = tile[(r * Padding.Tile) + c];
                target[(r * stride) + c] = add ? target[(r * stride) + c] + sum : sum;
            }
        }
    }
}
