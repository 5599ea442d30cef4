using RecSys.Lake.DuckDb.Native;

namespace RecSys.Lake.DuckDb;

/// <summary>Up to 2,048 rows as one vector per column. Vectors and spans taken from it end with it.</summary>
internal sealed class DuckDbChunk : IDisposable
{
    private readonly ChunkHandle _handle;

    internal DuckDbChunk(ChunkHandle handle)
    {
        _handle = handle;
        RowCount = (int)NativeMethods.duckdb_data_chunk_get_size(handle);
    }

    public int RowCount { get; }

    public DuckDbVector Column(int column) => new(NativeMethods.duckdb_data_chunk_get_vector(_handle, (ulong)column), RowCount);

    public void Dispose() => _handle.Dispose();
}
