using System.Runtime.InteropServices;
using RecSys.Trainer.Boosting.Native;

namespace RecSys.Trainer.Boosting;

/// <summary>Whether XGBoost's C library is on this machine. Only training needs it; scoring is managed code.</summary>
internal static class BoostingLibrary
{
    private static readonly Lazy<bool> Loads = new(() => XgboostMethods.TryLoad(out _));

    /// <summary>What to do where it is missing.</summary>
    public const string Remedy =
        "XGBoost's library is not installed, so that no ranker is trained and the blend of the sources goes on ranking. Install "
        + "Debian's package libxgboost0 (or put libxgboost.so where the system finds it) and train again.";

    public static bool IsAvailable => Loads.Value;

    /// <summary>Such as 1.7.4.</summary>
    public static string Version
    {
        get
        {
            XgboostMethods.XGBoostVersion(out var major, out var minor, out var patch);
            return $"{major}.{minor}.{patch}";
        }
    }

    /// <exception cref="BoostingException">The call failed.</exception>
    internal static void Check(int result)
    {
        if (result != 0)
        {
            // The first line says what is wrong; the rest is the library's stack.
            var error = Marshal.PtrToStringUTF8(XgboostMethods.XGBGetLastError()) ?? "no reason given";
            throw new BoostingException($"XGBoost: {error.Split('\n', 2)[0]}");
        }
    }
}
