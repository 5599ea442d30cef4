using System.Runtime.InteropServices;
using System.Text;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Trainer.Checkpoints;

/// <summary>Writes a stage's output as bytes of this machine: arrays as they are in memory, each after its length.</summary>
internal sealed class CheckpointWriter(Stream stream)
{
    public void WriteInt64(long value) => Write(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)));

    public void WriteText(string text) => WriteArray(Encoding.UTF8.GetBytes(text));

    public void WriteTexts(IReadOnlyList<string> texts)
    {
        WriteInt64(texts.Count);
        foreach (var text in texts)
        {
            WriteText(text);
        }
    }

    public void WriteArray<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        WriteInt64(values.Length);

        // In pieces: the bytes of a large array are more than one span counts.
        const int Piece = 1 << 20;
        for (var first = 0; first < values.Length; first += Piece)
        {
            Write(MemoryMarshal.AsBytes(values.Slice(first, Math.Min(Piece, values.Length - first))));
        }
    }

    public void WriteArray<T>(T[] values)
        where T : unmanaged => WriteArray((ReadOnlySpan<T>)values);

    public void WriteMatrix(SparseMatrix matrix)
    {
        WriteInt64(matrix.RowCount);
        WriteInt64(matrix.ColumnCount);
        WriteInt64(matrix.CellCount);
        for (var row = 0; row < matrix.RowCount; row++)
        {
            WriteArray(matrix.RowColumns(row));
            Write(MemoryMarshal.AsBytes(matrix.RowValues(row)));
        }
    }

    public void WriteFactors(FactorMatrix factors)
    {
        WriteInt64(factors.RowCount);
        WriteInt64(factors.FactorCount);
        for (var row = 0; row < factors.RowCount; row++)
        {
            Write(MemoryMarshal.AsBytes(factors.Row(row)));
        }
    }

    public void WriteNeighbors(NeighborTable table)
    {
        WriteInt64(table.RowCount);
        for (var row = 0; row < table.RowCount; row++)
        {
            WriteArray(table.Neighbors(row));
            Write(MemoryMarshal.AsBytes(table.Similarities(row)));
        }
    }

    private void Write(ReadOnlySpan<byte> bytes) => stream.Write(bytes);
}
