using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using RecSys.Lake.DuckDb.Native;

namespace RecSys.Lake.DuckDb;

/// <summary>
/// Adds rows to a table, a chunk at a time. Every column of a row is set once, then <see cref="EndRow"/> follows; nothing is
/// certain to be in the table before <see cref="Complete"/>.
/// </summary>
internal sealed unsafe class DuckDbAppender : IDisposable
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly int Capacity = (int)NativeMethods.duckdb_vector_size();

    private readonly AppenderHandle _appender;
    private readonly ChunkHandle _chunk;
    private readonly nint[] _vectors;
    private readonly nint[] _data;
    private byte[] _utf8 = ArrayPool<byte>.Shared.Rent(1024);
    private int _row;

    private DuckDbAppender(AppenderHandle appender, ChunkHandle chunk, int columnCount)
    {
        _appender = appender;
        _chunk = chunk;
        _vectors = new nint[columnCount];
        _data = new nint[columnCount];
        TakeVectors();
    }

    internal static DuckDbAppender Create(ConnectionHandle connection, string table)
    {
        var created = NativeMethods.duckdb_appender_create(connection, null, table, out var appender);
        if (created != 0)
        {
            using (appender)
            {
                throw DuckDbConnection.Failure(appender.IsInvalid ? 0 : NativeMethods.duckdb_appender_error(appender), default);
            }
        }

        var types = new nint[(int)NativeMethods.duckdb_appender_column_count(appender)];
        try
        {
            for (var i = 0; i < types.Length; i++)
            {
                types[i] = NativeMethods.duckdb_appender_column_type(appender, (ulong)i);
            }

            fixed (nint* first = types)
            {
                return new DuckDbAppender(appender, NativeMethods.duckdb_create_data_chunk(first, (ulong)types.Length), types.Length);
            }
        }
        finally
        {
            foreach (ref var type in types.AsSpan())
            {
                NativeMethods.duckdb_destroy_logical_type(ref type);
            }
        }
    }

    /// <summary>Sets a column of fixed width; <typeparamref name="T"/> must be as wide as the column's type.</summary>
    public void Set<T>(int column, T value)
        where T : unmanaged => ((T*)_data[column])[_row] = value;

    /// <summary>Sets a column to NULL.</summary>
    public void SetNull(int column)
    {
        var vector = _vectors[column];
        NativeMethods.duckdb_vector_ensure_validity_writable(vector);
        NativeMethods.duckdb_validity_set_row_invalid(NativeMethods.duckdb_vector_get_validity(vector), (ulong)_row);
    }

    /// <summary>Sets a VARCHAR column.</summary>
    /// <exception cref="EncoderFallbackException">The text is no valid UTF-16.</exception>
    public void SetText(int column, string text) => Assign(_vectors[column], (ulong)_row, text);

    /// <summary>Sets a column that is a LIST of VARCHAR.</summary>
    /// <inheritdoc cref="SetText" path="/exception"/>
    public void SetTextList(int column, IReadOnlyList<string> texts)
    {
        var vector = _vectors[column];
        var offset = NativeMethods.duckdb_list_vector_get_size(vector);
        var size = offset + (ulong)texts.Count;
        if (NativeMethods.duckdb_list_vector_reserve(vector, size) != 0 || NativeMethods.duckdb_list_vector_set_size(vector, size) != 0)
        {
            throw new DuckDbException("DuckDB could not make room for a list.");
        }

        var child = NativeMethods.duckdb_list_vector_get_child(vector);
        for (var i = 0; i < texts.Count; i++)
        {
            Assign(child, offset + (ulong)i, texts[i]);
        }

        var entry = (ulong*)_data[column] + (2L * _row);
        entry[0] = offset;
        entry[1] = (ulong)texts.Count;
    }

    public void EndRow()
    {
        if (++_row == Capacity)
        {
            Flush();
        }
    }

    /// <summary>Hands the last rows over.</summary>
    /// <exception cref="DuckDbException">DuckDB refused the rows.</exception>
    public void Complete()
    {
        Flush();
        Check(NativeMethods.duckdb_appender_close(_appender));
    }

    public void Dispose()
    {
        _chunk.Dispose();
        _appender.Dispose();
        if (_utf8.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_utf8);
            _utf8 = [];
        }
    }

    private void Flush()
    {
        if (_row == 0)
        {
            return;
        }

        NativeMethods.duckdb_data_chunk_set_size(_chunk, (ulong)_row);
        Check(NativeMethods.duckdb_append_data_chunk(_appender, _chunk));
        NativeMethods.duckdb_data_chunk_reset(_chunk);
        _row = 0;
        TakeVectors();
    }

    private void TakeVectors()
    {
        for (var i = 0; i < _vectors.Length; i++)
        {
            _vectors[i] = NativeMethods.duckdb_data_chunk_get_vector(_chunk, (ulong)i);
            _data[i] = (nint)NativeMethods.duckdb_vector_get_data(_vectors[i]);
        }
    }

    private void Assign(nint vector, ulong index, string text)
    {
        var needed = StrictUtf8.GetMaxByteCount(text.Length);
        if (_utf8.Length < needed)
        {
            ArrayPool<byte>.Shared.Return(_utf8);
            _utf8 = ArrayPool<byte>.Shared.Rent(needed);
        }

        var length = StrictUtf8.GetBytes(text, _utf8);
        fixed (byte* start = _utf8)
        {
            NativeMethods.duckdb_vector_assign_string_element_len(vector, index, start, (ulong)length);
        }
    }

    private void Check(int state)
    {
        if (state != 0)
        {
            throw new DuckDbException(
                Marshal.PtrToStringUTF8(NativeMethods.duckdb_appender_error(_appender)) ?? "DuckDB refused appended rows.");
        }
    }
}
