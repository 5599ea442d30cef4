using Microsoft.Win32.SafeHandles;

namespace RecSys.Lake.DuckDb.Native;

/// <summary>A duckdb_prepared_statement; a failed one still holds its error message.</summary>
internal sealed class StatementHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public StatementHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.duckdb_destroy_prepare(ref handle);
        return true;
    }
}
