using Parquet;
using Parquet.Schema;

namespace RecSys.Lake.Storage;

/// <summary>
/// The lists of texts of a column, as UTF-8. Cleared, its memory serves the next row group. Not safe for threads.
/// </summary>
internal sealed class TextListBuffer
{
    // Levels of Dremel's encoding: a list is there, with or without elements; a list begins, or goes on.
    private const int Empty = 1;
    private const int Present = 2;
    private const int Begins = 0;
    private const int GoesOn = 1;

    private readonly TextBuffer _elements = new();
    private int[] _definitions = [];
    private int[] _repetitions = [];
    private int _count;

    /// <summary>Adds a row's list, which may be empty. The texts must stay as they are until the column is written.</summary>
    public void Add(ReadOnlySpan<ReadOnlyMemory<byte>> texts)
    {
        if (_count + Math.Max(1, texts.Length) > _definitions.Length)
        {
            Array.Resize(ref _definitions, Math.Max(_count + texts.Length, Math.Max(1024, 2 * _definitions.Length)));
            Array.Resize(ref _repetitions, _definitions.Length);
        }

        if (texts.IsEmpty)
        {
            (_definitions[_count], _repetitions[_count++]) = (Empty, Begins);
        }

        for (var i = 0; i < texts.Length; i++)
        {
            _elements.Add(texts[i]);
            (_definitions[_count], _repetitions[_count++]) = (Present, i == 0 ? Begins : GoesOn);
        }
    }

    /// <summary>Writes the column of a row group.</summary>
    public Task WriteAsync(ParquetRowGroupWriter group, DataField field) => group.WriteAllPartsAsync(
        field, _elements.Texts, _definitions.AsMemory(0, _count), _repetitions.AsMemory(0, _count), CancellationToken.None);

    /// <summary>Removes all lists.</summary>
    public void Clear()
    {
        _elements.Clear();
        _count = 0;
    }
}
