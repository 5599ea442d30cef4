using System.Runtime.CompilerServices;

namespace RecSys.Algorithms.Linear;

/// <summary>
/// Zeroed floats at a fixed address that is a multiple of 64 bytes: one cache line, one 512-bit vector. The memory belongs to
/// the garbage collector (pinned object heap), so a pointer is good as long as the buffer is referenced.
/// </summary>
internal sealed unsafe class AlignedBuffer
{
    private const int AlignmentBytes = 64;

    private readonly float[] _array;
    private readonly int _offset;

    public AlignedBuffer(long length)
    {
        const int Slack = AlignmentBytes / sizeof(float);
        if (length > Array.MaxLength - Slack)
        {
            throw new AlgorithmException(
                AlgorithmError.TooLarge,
                $"{length} factors are more than one array holds ({Array.MaxLength}); use fewer factors.");
        }

        _array = GC.AllocateArray<float>((int)length + Slack, pinned: true);
        Length = (int)length;
        var address = (nuint)Unsafe.AsPointer(ref _array[0]);
        _offset = (int)(((AlignmentBytes - (address % AlignmentBytes)) % AlignmentBytes) / sizeof(float));
    }

    public int Length { get; }

    public float* Pointer => (float*)Unsafe.AsPointer(ref _array[_offset]);

    public Span<float> Span => _array.AsSpan(_offset, Length);
}

/// <summary>Rows of factors are padded with zeros to whole tiles, so that no kernel has a remainder in the factor direction.</summary>
internal static class Padding
{
    /// <summary>Floats in one cache line, lanes of the widest vector, and side of a tile.</summary>
    public const int Tile = 16;

    /// <summary>The next multiple of <see cref="Tile"/>.</summary>
    public static int RoundUp(int length) => (length + Tile - 1) & -Tile;
}
