using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace RecSys.Lake.Storage;

/// <summary>
/// A column of a Parquet file that is written. The file's schema has the type that readers see; what is handed to Parquet.Net may be of
/// another type with the same bytes. Texts are handed over as UTF-8 and times as microseconds, because the library's statistics of both
/// are wrong: texts are compared by UTF-16 units instead of UTF-8 bytes, and times are given in milliseconds whatever their unit. Readers
/// that skip row groups by statistics would miss rows.
/// </summary>
/// <param name="Declared">What the schema says.</param>
/// <param name="Written">What values are handed over as.</param>
internal sealed record TableColumn(Field Declared, Field Written)
{
    /// <summary>A text, never null.</summary>
    public static TableColumn Text(string name) =>
        new(new DataField(name, typeof(string), isNullable: false), new DataField(name, typeof(byte[]), isNullable: false));

    /// <summary>A list of texts; neither is ever null.</summary>
    public static TableColumn TextList(string name) =>
        new(new ListField(name, Text(ListField.ElementName).Declared), new ListField(name, Text(ListField.ElementName).Written));

    /// <summary>A moment in UTC, in microseconds since 1970.</summary>
    public static TableColumn Moment(string name) => new(
        new DateTimeDataField(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, isNullable: false),
        new DataField(name, typeof(long), isNullable: false));

    /// <summary>A number.</summary>
    public static TableColumn Number<T>(string name, bool isNullable = false)
        where T : struct => new(new DataField(name, typeof(T), isNullable), new DataField(name, typeof(T), isNullable));
}

/// <summary>The columns of a kind of Parquet file, in the file's order.</summary>
internal sealed class TableSchema
{
    private readonly ParquetSchema _declared;
    private readonly DataField[] _written;

    public TableSchema(params TableColumn[] columns)
    {
        _declared = new ParquetSchema(columns.Select(column => column.Declared));
        _written = new ParquetSchema(columns.Select(column => column.Written)).DataFields;
    }

    /// <summary>The field to hand values of a column over with.</summary>
    public DataField this[int column] => _written[column];

    /// <summary>Makes a file, or overwrites it, to write rows of these columns into.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public Task<TableWriter> CreateAsync(string file, LakeCompression compression) => TableWriter.CreateAsync(file, _declared, compression);
}

/// <summary>A Parquet file that is being written, row group by row group. It can't be read before <see cref="CompleteAsync"/>.</summary>
internal sealed class TableWriter : IAsyncDisposable
{
    /// <summary>Rows of a row group, about: what readers read at once, and what is held in memory while it is written.</summary>
    public const int MaxGroupRows = 1 << 15;

    private const int BytesPerWrite = 1 << 16;

    private readonly FileStream _stream;
    private readonly ParquetWriter _writer;

    private TableWriter(FileStream stream, ParquetWriter writer)
    {
        _stream = stream;
        _writer = writer;
    }

    /// <summary>Makes a file, or overwrites it.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public static Task<TableWriter> CreateAsync(string file, ParquetSchema schema, LakeCompression compression) => ExplainAsync(file, async () =>
    {
        var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, BytesPerWrite);
        try
        {
            var options = new ParquetOptions
            {
                CompressionMethod = compression == LakeCompression.Snappy ? CompressionMethod.Snappy : CompressionMethod.Zstd,

                // Zstd's level 1: the higher ones take longer and gain nothing on ids.
                CompressionLevel = CompressionLevel.Fastest,
            };
            return new TableWriter(stream, await ParquetWriter.CreateAsync(schema, stream, options).ConfigureAwait(false));
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    });

    /// <summary>Writes a row group.</summary>
    /// <param name="write">Writes each column once, in order.</param>
    /// <exception cref="IOException">The disk is full, for instance.</exception>
    public Task WriteGroupAsync(Func<ParquetRowGroupWriter, Task> write) => ExplainAsync(_stream.Name, async () =>
    {
        using var group = _writer.CreateRowGroup();
        await write(group).ConfigureAwait(false);
        group.CompleteValidate();
        return true;
    });

    /// <summary>Writes what ends the file. When it returns, the file is whole and on the disk.</summary>
    /// <inheritdoc cref="WriteGroupAsync" path="/exception"/>
    public Task CompleteAsync() => ExplainAsync(_stream.Name, async () =>
    {
        // Not in DisposeAsync: a file that was not written to its end must not become readable.
        await _writer.DisposeAsync().ConfigureAwait(false);
        _stream.Flush(flushToDisk: true);
        return true;
    });

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // What is left in the buffer after a failure, which was reported.
        }
    }

    private static async Task<T> ExplainAsync<T>(string file, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{file} can't be written: {exception.Message}", exception);
        }
    }
}

/// <summary>The engine's names of codecs.</summary>
internal static class CompressionCodec
{
    public static string Codec(this LakeCompression compression) => compression == LakeCompression.Snappy ? "snappy" : "zstd";
}
