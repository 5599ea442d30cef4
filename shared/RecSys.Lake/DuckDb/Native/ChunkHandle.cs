using Microsoft.Win32.SafeHandles;

namespace RecSys.Lake.DuckDb.Native;

/// <summary>A duckdb_data_chunk.</summary>
internal sealed class ChunkHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public ChunkHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.duckdb_destroy_data_chunk(ref handle);
        return true;
    }
}
