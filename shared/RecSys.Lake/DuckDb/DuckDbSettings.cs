namespace RecSys.Lake.DuckDb;

/// <summary>What one DuckDB instance may use.</summary>
/// <param name="Threads">Worker threads, at least 1.</param>
/// <param name="MemoryLimitBytes">Memory of its buffers, in bytes; beyond it, work is spilled to <paramref name="TempFolder"/>.</param>
/// <param name="TempFolder">Where spilled data goes. Made when first needed.</param>
internal sealed record DuckDbSettings(int Threads, long MemoryLimitBytes, string TempFolder);
