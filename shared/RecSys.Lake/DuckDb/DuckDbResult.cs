using System.Runtime.InteropServices;
using RecSys.Lake.DuckDb.Native;

namespace RecSys.Lake.DuckDb;

/// <summary>The rows of a query, in chunks of up to 2,048. Its connection must stay open and otherwise unused meanwhile.</summary>
internal sealed unsafe class DuckDbResult : IDisposable
{
    private readonly ResultHandle _handle;
    private readonly CancellationTokenRegistration _interrupt;
    private readonly CancellationToken _cancellationToken;
    private bool _ended;

    internal DuckDbResult(ResultHandle handle, CancellationTokenRegistration interrupt, CancellationToken cancellationToken)
    {
        _handle = handle;
        _interrupt = interrupt;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Rows that the statement changed or wrote.</summary>
    public long RowsChanged => (long)NativeMethods.duckdb_rows_changed(_handle.Pointer);

    public int ColumnCount => (int)NativeMethods.duckdb_column_count(_handle.Pointer);

    public string ColumnName(int column) =>
        Marshal.PtrToStringUTF8(NativeMethods.duckdb_column_name(_handle.Pointer, (ulong)column)) ?? "";

    public DuckDbType ColumnType(int column) => NativeMethods.duckdb_column_type(_handle.Pointer, (ulong)column);

    /// <summary>The next chunk, to be disposed by the caller; null after the last, however often it is asked for.</summary>
    /// <exception cref="DuckDbException">The query failed while it computed these rows.</exception>
    /// <exception cref="OperationCanceledException">The query's token was cancelled.</exception>
    public DuckDbChunk? NextChunk()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (_ended)
        {
            return null;
        }

        var chunk = NativeMethods.duckdb_fetch_chunk(*_handle.Pointer);
        if (!chunk.IsInvalid)
        {
            return new DuckDbChunk(chunk);
        }

        chunk.Dispose();
        _ended = true;
        var error = NativeMethods.duckdb_result_error(_handle.Pointer);
        return error == 0 ? null : throw DuckDbConnection.Failure(error, _cancellationToken);
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _handle.Dispose();
    }
}
