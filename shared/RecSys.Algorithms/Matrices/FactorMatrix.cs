using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Matrices;

/// <summary>
/// A dense matrix of factors, one row a user or an item. Rows start at cache lines and are padded with zeros to
/// <see cref="Stride"/> floats. Memory: 4 · Stride bytes a row.
/// </summary>
public sealed class FactorMatrix
{
    /// <summary>The most factors of a row.</summary>
    public const int MaxFactorCount = 1024;

    private readonly AlignedBuffer _buffer;

    /// <summary>Makes a matrix of zeros.</summary>
    /// <param name="rowCount">Number of rows, 0 or more.</param>
    /// <param name="factorCount">Factors in a row, 1 … 1,024.</param>
    public FactorMatrix(int rowCount, int factorCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        if (factorCount is < 1 or > MaxFactorCount)
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting, $"FactorCount is {factorCount}; it must be 1 … {MaxFactorCount}.");
        }

        RowCount = rowCount;
        FactorCount = factorCount;
        Stride = Padding.RoundUp(factorCount);
        _buffer = new AlignedBuffer((long)rowCount * Stride);
    }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Factors in a row.</summary>
    public int FactorCount { get; }

    /// <summary>Floats from one row to the next: FactorCount rounded up to a multiple of 16.</summary>
    public int Stride { get; }

    /// <summary>All rows with their padding.</summary>
    public ReadOnlySpan<float> Padded => _buffer.Span;

    internal unsafe float* Pointer => _buffer.Pointer;

    /// <summary>Copies rows of <paramref name="factorCount"/> floats without padding.</summary>
    /// <exception cref="AlgorithmException">The length is not rowCount · factorCount, or a factor is not finite.</exception>
    public static FactorMatrix FromRows(int rowCount, int factorCount, ReadOnlySpan<float> rows)
    {
        var matrix = new FactorMatrix(rowCount, factorCount);
        if (rows.Length != (long)rowCount * factorCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"{rowCount} rows of {factorCount} factors are {(long)rowCount * factorCount} floats, but {rows.Length} were given.");
        }

        foreach (var factor in rows)
        {
            if (!float.IsFinite(factor))
            {
                throw new AlgorithmException(
                    AlgorithmError.NotANumber, "A given factor is not a finite number; start from factors of a finished training.");
            }
        }

        for (var row = 0; row < rowCount; row++)
        {
            rows.Slice(row * factorCount, factorCount).CopyTo(matrix.MutableRow(row));
        }

        return matrix;
    }

    /// <summary>The factors of one row, without padding.</summary>
    public ReadOnlySpan<float> Row(int row) => MutableRow(row);

    /// <summary>A copy of all rows without padding: RowCount · FactorCount floats.</summary>
    public float[] ToArray()
    {
        var rows = new float[(long)RowCount * FactorCount];
        for (var row = 0; row < RowCount; row++)
        {
            Row(row).CopyTo(rows.AsSpan(row * FactorCount));
        }

        return rows;
    }

    internal Span<float> MutableRow(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)RowCount, nameof(row));
        return _buffer.Span.Slice(row * Stride, FactorCount);
    }

    internal unsafe float* RowPointer(int row) => _buffer.Pointer + ((nint)row * Stride);

    internal FactorMatrix Copy()
    {
        var copy = new FactorMatrix(RowCount, FactorCount);
        _buffer.Span.CopyTo(copy._buffer.Span);
        return copy;
    }
}
