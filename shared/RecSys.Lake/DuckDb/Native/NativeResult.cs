using System.Runtime.InteropServices;

namespace RecSys.Lake.DuckDb.Native;

/// <summary>duckdb_result, passed by value or by address. Only the last field is still in use; the others keep the layout.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeResult
{
    public ulong DeprecatedColumnCount;
    public ulong DeprecatedRowCount;
    public ulong DeprecatedRowsChanged;
    public nint DeprecatedColumns;
    public nint DeprecatedErrorMessage;
    public nint InternalData;
}
