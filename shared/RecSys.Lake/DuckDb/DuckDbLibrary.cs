using System.Reflection;
using System.Runtime.InteropServices;
using RecSys.Lake.DuckDb.Native;

namespace RecSys.Lake.DuckDb;

/// <summary>Finds DuckDB's C library: the file that the build copied beside the program, else one that the system knows.</summary>
internal static class DuckDbLibrary
{
    /// <summary>The version of the library that was loaded, such as <c>v1.5.6</c>.</summary>
    public static string Version => Marshal.PtrToStringUTF8(NativeMethods.duckdb_library_version()) ?? "";

    private static string FileName =>
        OperatingSystem.IsWindows() ? "duckdb.dll" : OperatingSystem.IsMacOS() ? "libduckdb.dylib" : "libduckdb.so";

    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(DuckDbLibrary).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != NativeMethods.Library)
        {
            return 0;
        }

        var file = Path.Combine(AppContext.BaseDirectory, FileName);
        if (File.Exists(file))
        {
            // A file for another platform fails here and says so.
            return NativeLibrary.Load(file);
        }

        if (NativeLibrary.TryLoad(name, assembly, searchPath, out var systemLibrary))
        {
            return systemLibrary;
        }

        throw new DllNotFoundException(
            $"DuckDB's library {FileName} is not in {AppContext.BaseDirectory}. Build the program again: the build installs it with npm.");
    }
}
