using RecSys.Lake.DuckDb.Native;

namespace RecSys.Lake.DuckDb;

/// <summary>The chunk that the engine wants filled.</summary>
internal readonly unsafe ref struct RowChunk(nint chunk, int capacity)
{
    /// <summary>A column; <typeparamref name="T"/> must be as wide as its type, <see cref="EngineText"/> for VARCHAR.</summary>
    public Span<T> Column<T>(int column)
        where T : unmanaged =>
        new(NativeMethods.duckdb_vector_get_data(TableFunctionMethods.duckdb_data_chunk_get_vector(chunk, (ulong)column)), capacity);
}
