using Microsoft.Win32.SafeHandles;

namespace RecSys.Lake.DuckDb.Native;

/// <summary>A duckdb_pending_result: a query that was started and not yet run.</summary>
internal sealed class PendingHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public PendingHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.duckdb_destroy_pending(ref handle);
        return true;
    }
}
