using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.ItemModels;

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
