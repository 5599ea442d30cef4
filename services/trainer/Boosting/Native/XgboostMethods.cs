using System.Reflection;
using System.Runtime.InteropServices;

namespace RecSys.Trainer.Boosting.Native;

/// <summary>
/// The part of XGBoost's C API (c_api.h, version 1.7) that training uses. Every function gives 0 for success; otherwise
/// <see cref="XGBGetLastError"/> says why.
/// </summary>
internal static unsafe partial class XgboostMethods
{
    /// <summary>The name that <see cref="Resolve"/> turns into the system's library.</summary>
    internal const string Library = "xgboost";

    // Debian's package libxgboost0 has the first name; a wheel or a build from source the others.
    private static readonly string[] FileNames = OperatingSystem.IsWindows() ? ["xgboost.dll"]
        : OperatingSystem.IsMacOS() ? ["libxgboost.dylib"]
        : ["libxgboost.so.0", "libxgboost.so"];

    static XgboostMethods()
    {
        NativeLibrary.SetDllImportResolver(typeof(XgboostMethods).Assembly, Resolve);
        if (!OperatingSystem.IsWindows())
        {
            // By default OpenMP's threads spin between two loops, which on small logs is most of the time, and ten times as much on a
            // machine that has other things to do. The runtime reads this once, when the library is loaded; .NET's own
            // SetEnvironmentVariable is not seen by native code.
            _ = SetEnvironment("OMP_WAIT_POLICY", "passive", 0);
        }
    }

    /// <summary>Loads the library under any of its names.</summary>
    internal static bool TryLoad(out nint library)
    {
        foreach (var name in FileNames)
        {
            if (NativeLibrary.TryLoad(name, typeof(XgboostMethods).Assembly, null, out library))
            {
                return true;
            }
        }

        library = 0;
        return false;
    }

    [LibraryImport(Library)]
    internal static partial nint XGBGetLastError();

    [LibraryImport(Library)]
    internal static partial void XGBoostVersion(out int major, out int minor, out int patch);

    [LibraryImport(Library)]
    internal static partial int XGDMatrixCreateFromMat(float* values, ulong rowCount, ulong columnCount, float missing, out MatrixHandle matrix);

    [LibraryImport(Library)]
    internal static partial int XGDMatrixFree(nint matrix);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGDMatrixSetFloatInfo(MatrixHandle matrix, string field, float* values, ulong count);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGDMatrixSetUIntInfo(MatrixHandle matrix, string field, uint* values, ulong count);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGDMatrixSetStrFeatureInfo(
        MatrixHandle matrix, string field, [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPUTF8Str)] string[] values, ulong count);

    [LibraryImport(Library)]
    internal static partial int XGBoosterCreate(nint* matrices, ulong count, out BoosterHandle booster);

    [LibraryImport(Library)]
    internal static partial int XGBoosterFree(nint booster);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGBoosterSetParam(BoosterHandle booster, string name, string value);

    [LibraryImport(Library)]
    internal static partial int XGBoosterUpdateOneIter(BoosterHandle booster, int iteration, MatrixHandle train);

    [LibraryImport(Library)]
    internal static partial int XGBoosterEvalOneIter(
        BoosterHandle booster, int iteration, nint* matrices, byte** names, ulong count, out nint result);

    [LibraryImport(Library)]
    internal static partial int XGBoosterSlice(BoosterHandle booster, int begin, int end, int step, out BoosterHandle slice);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGBoosterSaveModelToBuffer(BoosterHandle booster, string configuration, out ulong length, out byte* bytes);

    [LibraryImport(Library)]
    internal static partial int XGBoosterPredict(
        BoosterHandle booster, MatrixHandle matrix, int options, uint treeLimit, int training, out ulong length, out float* values);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGBoosterFeatureScore(
        BoosterHandle booster,
        string configuration,
        out ulong featureCount,
        out byte** features,
        out ulong dimensionCount,
        out ulong* shape,
        out float* scores);

    /// <summary>setenv(3); a variable that is set stays as it is when the last argument is 0.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == Library && TryLoad(out var library) ? library : 0;
}
