using System.Runtime.InteropServices;
using System.Text;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Trainer.Pipeline;

/// <summary>Writes what a step made as bytes of this machine: arrays as they are in memory, each after its length.</summary>
internal sealed class CheckpointWriter(Stream stream)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Writes a file that takes its place whole or not at all.</summary>
    public static void WriteFile(string path, Action<CheckpointWriter> write) => WriteWhole(path, file => write(new CheckpointWriter(file)));

    /// <inheritdoc cref="WriteFile"/>
    public static void WriteWhole(string path, Action<Stream> write)
    {
        var part = path + ".part";
        using (var file = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
        {
            write(file);
            file.Flush(flushToDisk: true);
        }

        File.Move(part, path, overwrite: true);
    }

    public void WriteInt64(long value) => Write(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)));

    public void WriteSwitch(bool value) => WriteInt64(value ? 1 : 0);

    public void WriteMetrics(IReadOnlyDictionary<string, double> metrics)
    {
        WriteTexts([.. metrics.Keys]);
        WriteArray(metrics.Values.ToArray());
    }

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

/// <summary>Reads what <see cref="CheckpointWriter"/> wrote, in the same order.</summary>
/// <exception cref="EndOfStreamException">The file ends too early.</exception>
internal sealed class CheckpointReader(FileStream stream)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>The folder that the file is in.</summary>
    public string Folder { get; } = Path.GetDirectoryName(stream.Name)!;

    /// <summary>Opens a file for <see cref="CheckpointReader"/>.</summary>
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);

    public static T ReadFile<T>(string path, Func<CheckpointReader, T> read)
    {
        using var file = Open(path);
        return read(new CheckpointReader(file));
    }

    public long ReadInt64()
    {
        long value = 0;
        Read(MemoryMarshal.AsBytes(new Span<long>(ref value)));
        return value;
    }

    public int ReadInt32() => checked((int)ReadInt64());

    public bool ReadSwitch() => ReadInt64() == 1;

    public Dictionary<string, double> ReadMetrics() => ReadTexts().Zip(ReadArray<double>()).ToDictionary(pair => pair.First, pair => pair.Second);

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
