namespace RecSys.Algorithms.Linear;

/// <summary>
/// The inverse of a large symmetric positive definite matrix in its own place, by the sweep operator (Goodnight 1979) over
/// blocks of 256 rows: with D = A_kk⁻¹ and W = D · A_k*, A_ij −= A_ki ᵀ W_kj, then A_k* = W and A_kk = −D. When every block has
/// been swept, A is −A⁻¹.
/// </summary>
/// <remarks>
/// Blocks on and above the diagonal are kept up to date; the rest is filled at the end. The update is a product of depth 256
/// for <see cref="TileKernel"/>: n³ floating-point operations in all. The blocks on the diagonal are inverted in double precision.
/// </remarks>
internal static unsafe class SymmetricInverse
{
    /// <summary>Replaces the matrix by the negative of its inverse.</summary>
    /// <returns>False when it isn't positive definite in working precision; its content is then lost.</returns>
    public static bool Negate(SquareMatrix matrix, int threadCount, CancellationToken cancellationToken, IProgress<double>? progress = null)
    {
        var tiles = matrix.Size / Padding.Tile;
        var depth = Math.Min(SquareMatrix.BlockRows, matrix.Size);
        var panel = new AlignedBuffer((long)matrix.Size * depth);
        var product = new AlignedBuffer((long)matrix.Size * depth);
        var diagonal = new AlignedBuffer((long)depth * depth);
        for (var block = 0; block < matrix.BlockCount; block++)
        {
            var first = block * SquareMatrix.BlockRows;
            var rows = Math.Min(SquareMatrix.BlockRows, matrix.Size - first);
            if (!InvertDiagonal(matrix, first, rows, diagonal))
            {
                return false;
            }

            WorkQueue.Run(tiles, threadCount, cancellationToken, (tile, _) =>
            {
                PackPanel(matrix, first, rows, tile, panel);
                Multiply(diagonal, panel, rows, tile, product);
            });
            WorkQueue.Run(matrix.BlockCount, threadCount, cancellationToken, (target, _) =>
            {
                if (target != block)
                {
                    Update(matrix, target, block, rows, panel, product);
                }
            });
            WorkQueue.Run(tiles, threadCount, cancellationToken, (tile, _) =>
                Store(matrix, first, rows, tile, diagonal, product));
            progress?.Report((block + 1.0) / matrix.BlockCount);
        }

        Mirror(matrix, threadCount, cancellationToken);
        return true;
    }

    // Strip t of the panel is A[first …, 16 t … 16 t + 15], rows × 16; left of the diagonal block it stands transposed above it.
    private static void PackPanel(SquareMatrix matrix, int first, int rows, int tile, AlignedBuffer panel)
    {
        var column = tile * Padding.Tile;
        var strip = panel.Pointer + ((nint)column * rows);
        if (column >= first)
        {
            for (var r = 0; r < rows; r++)
            {
                new ReadOnlySpan<float>(matrix.Row(first + r) + column, Padding.Tile)
                    .CopyTo(new Span<float>(strip + (r * Padding.Tile), Padding.Tile));
            }

            return;
        }

        for (var s = 0; s < Padding.Tile; s++)
        {
            var source = matrix.Row(column + s) + first;
            for (var r = 0; r < rows; r++)
            {
                strip[(r * Padding.Tile) + s] = source[r];
            }
        }
    }

    // W = D · panel for one strip; D is symmetric, so its own strips are the transposed left side that the kernel wants.
    private static void Multiply(AlignedBuffer diagonal, AlignedBuffer panel, int rows, int tile, AlignedBuffer product)
    {
        var strip = (nint)tile * Padding.Tile * rows;
        for (var r = 0; r < rows; r += Padding.Tile)
        {
            TileKernel.Set(
                diagonal.Pointer + r,
                rows,
                panel.Pointer + strip,
                Padding.Tile,
                rows,
                product.Pointer + strip + (r * Padding.Tile),
                Padding.Tile);
        }
    }

    // A_ij −= A_kiᵀ W_kj for the rows i of one block, j from its diagonal block on. The strips of the block's 256 rows stay in
    // the second-level cache while those of W pass by.
    private static void Update(SquareMatrix matrix, int target, int swept, int rows, AlignedBuffer panel, AlignedBuffer product)
    {
        var begin = target * SquareMatrix.BlockRows;
        var end = Math.Min(begin + SquareMatrix.BlockRows, matrix.Size);
        var sweptBegin = swept * SquareMatrix.BlockRows;
        for (var j = begin; j < matrix.Size; j += Padding.Tile)
        {
            if (j >= sweptBegin && j < sweptBegin + rows)
            {
                continue;
            }

            for (var i = begin; i < end; i += Padding.Tile)
            {
                TileKernel.Subtract(
                    panel.Pointer + ((nint)i * rows),
                    Padding.Tile,
                    product.Pointer + ((nint)j * rows),
                    Padding.Tile,
                    rows,
                    matrix.Row(i) + j,
                    matrix.Size);
            }
        }
    }

    private static void Store(SquareMatrix matrix, int first, int rows, int tile, AlignedBuffer diagonal, AlignedBuffer product)
    {
        var column = tile * Padding.Tile;
        var strip = product.Pointer + ((nint)column * rows);
        for (var r = 0; r < rows; r++)
        {
            for (var s = 0; s < Padding.Tile; s++)
            {
                if (column < first)
                {
                    matrix.Row(column + s)[first + r] = strip[(r * Padding.Tile) + s];
                }
                else
                {
                    matrix.Row(first + r)[column + s] = column < first + rows
                        ? -diagonal.Pointer[(r * rows) + column - first + s]
                        : strip[(r * Padding.Tile) + s];
                }
            }
        }
    }

    // Gauss–Jordan without pivoting, which a positive definite matrix doesn't need.
    private static bool InvertDiagonal(SquareMatrix matrix, int first, int rows, AlignedBuffer diagonal)
    {
        var work = new double[rows * rows];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < rows; c++)
            {
                work[(r * rows) + c] = matrix.Row(first + r)[first + c];
            }
        }

        for (var k = 0; k < rows; k++)
        {
            var pivotRow = work.AsSpan(k * rows, rows);
            var pivot = pivotRow[k];
            if (!(pivot > 0) || !double.IsFinite(pivot))
            {
                return false;
            }

            pivotRow[k] = 1;
            for (var c = 0; c < rows; c++)
            {
                pivotRow[c] /= pivot;
            }

            for (var r = 0; r < rows; r++)
            {
                if (r != k)
                {
                    var row = work.AsSpan(r * rows, rows);
                    var factor = row[k];
                    row[k] = 0;
                    DoubleKernel.AddScaled(-factor, pivotRow, row);
                }
            }
        }

        for (var i = 0; i < work.Length; i++)
        {
            diagonal.Pointer[i] = (float)work[i];
        }

        return true;
    }

    private static void Mirror(SquareMatrix matrix, int threadCount, CancellationToken cancellationToken)
    {
        WorkQueue.Run(matrix.Size / Padding.Tile, threadCount, cancellationToken, (tile, _) =>
        {
            var first = tile * Padding.Tile;
            for (var column = 0; column < first; column++)
            {
                var source = matrix.Row(column) + first;
                for (var r = 0; r < Padding.Tile; r++)
                {
                    matrix.Row(first + r)[column] = source[r];
                }
            }
        });
    }
}

/// <summary>
/// A dense square matrix of floats in blocks of 256 rows, each an array of its own, so that its size isn't bounded by that of
/// one array. The size is rounded up to whole tiles; rows follow each other at that stride.
/// </summary>
internal sealed unsafe class SquareMatrix
{
    public const int BlockRows = 256;

    private readonly AlignedBuffer[] _blocks;

    public SquareMatrix(int size)
    {
        Size = Padding.RoundUp(size);
        BlockCount = (Size + BlockRows - 1) / BlockRows;
        _blocks = new AlignedBuffer[BlockCount];
        for (var block = 0; block < BlockCount; block++)
        {
            _blocks[block] = new AlignedBuffer((long)Math.Min(BlockRows, Size - (block * BlockRows)) * Size);
        }
    }

    /// <summary>Rows and columns, a multiple of 16.</summary>
    public int Size { get; }

    /// <summary>Number of blocks.</summary>
    public int BlockCount { get; }

    /// <summary>Bytes of a matrix of this many rows.</summary>
    public static long Bytes(int size) => (long)Padding.RoundUp(size) * Padding.RoundUp(size) * sizeof(float);

    /// <summary>A row; good as long as the matrix is referenced.</summary>
    public float* Row(int row) => _blocks[row / BlockRows].Pointer + ((nint)(row % BlockRows) * Size);

    /// <summary>A row.</summary>
    public Span<float> RowSpan(int row) => _blocks[row / BlockRows].Span.Slice(row % BlockRows * Size, Size);
}
