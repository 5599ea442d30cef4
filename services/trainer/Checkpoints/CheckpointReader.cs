using System.Runtime.InteropServices;
using System.Text;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Trainer.Checkpoints;

/// <summary>Reads what <see cref="CheckpointWriter"/> wrote, in the same order.</summary>
/// <exception cref="EndOfStreamException">The file ends too early.</exception>
internal sealed class CheckpointReader(Stream stream)
{
    public long ReadInt64()
    {
        long value = 0;
        Read(MemoryMarshal.AsBytes(new Span<long>(ref value)));
        return value;
    }

    public int ReadInt32() => checked((int)ReadInt64());

    public string ReadText() => Encoding.UTF8.GetString(ReadArray<byte>());

    public string[] ReadTexts()
    {
        var texts = new string[ReadInt32()];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = ReadText();
        }

        return texts;
    }

    public T[] ReadArray<T>()
        where T : unmanaged
    {
        var values = GC.AllocateUninitializedArray<T>(ReadInt32());
        const int Piece = 1 << 20;
        for (var first = 0; first < values.Length; first += Piece)
        {
            Read(MemoryMarshal.AsBytes(values.AsSpan(first, Math.Min(Piece, values.Length - first))));
        }

        return values;
    }

    public SparseMatrix ReadMatrix()
    {
        var (rowCount, columnCount, cellCount) = (ReadInt32(), ReadInt32(), ReadInt64());
        var builder = new SparseMatrixBuilder(rowCount, columnCount);

        // Many rows a call: the builder keeps what it is given until the end.
        const int CellsAtOnce = 1 << 20;
        var (rows, columns, values) = (new List<int>(), new List<int>(), new List<float>());
        for (var row = 0; row < rowCount; row++)
        {
            var items = ReadArray<int>();
            var weights = new float[items.Length];
            Read(MemoryMarshal.AsBytes(weights.AsSpan()));
            rows.AddRange(Enumerable.Repeat(row, items.Length));
            columns.AddRange(items);
            values.AddRange(weights);
            if (columns.Count >= CellsAtOnce || row == rowCount - 1)
            {
                builder.Add(rows.ToArray(), columns.ToArray(), values.ToArray());
                rows.Clear();
                columns.Clear();
                values.Clear();
            }
        }

        var matrix = builder.Build();
        return matrix.CellCount == cellCount ? matrix : throw new EndOfStreamException("A matrix has lost cells.");
    }

    public FactorMatrix ReadFactors()
    {
        var (rowCount, factorCount) = (ReadInt32(), ReadInt32());
        var rows = new float[(long)rowCount * factorCount];
        const int Piece = 1 << 20;
        for (var first = 0; first < rows.Length; first += Piece)
        {
            Read(MemoryMarshal.AsBytes(rows.AsSpan(first, Math.Min(Piece, rows.Length - first))));
        }

        return FactorMatrix.FromRows(rowCount, factorCount, rows);
    }

    public NeighborTable ReadNeighbors()
    {
        var rows = new (int[] Neighbors, float[] Similarities)[ReadInt32()];
        for (var row = 0; row < rows.Length; row++)
        {
            var neighbors = ReadArray<int>();
            var similarities = new float[neighbors.Length];
            Read(MemoryMarshal.AsBytes(similarities.AsSpan()));
            rows[row] = (neighbors, similarities);
        }

        return NeighborTable.FromRows(rows.Length, row => rows[row]);
    }

    private void Read(Span<byte> bytes) => stream.ReadExactly(bytes);
}
