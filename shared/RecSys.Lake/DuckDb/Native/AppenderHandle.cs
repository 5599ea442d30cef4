using Microsoft.Win32.SafeHandles;

namespace RecSys.Lake.DuckDb.Native;

/// <summary>A duckdb_appender. Destroying it would flush what it holds, so <see cref="DuckDbAppender"/> closes it first.</summary>
internal sealed class AppenderHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public AppenderHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle() => NativeMethods.duckdb_appender_destroy(ref handle) == 0;
}
