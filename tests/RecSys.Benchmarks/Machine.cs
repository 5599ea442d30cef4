using System.Runtime.Intrinsics;

namespace RecSys.Benchmarks;

/// <summary>What a figure was measured on.</summary>
internal static class Machine
{
    public static string Describe()
    {
        const string Prefix = "model name";
        var model = "unknown processor";
        if (File.Exists("/proc/cpuinfo"))
        {
            foreach (var line in File.ReadLines("/proc/cpuinfo"))
            {
                if (line.StartsWith(Prefix, StringComparison.Ordinal))
                {
                    model = line[(line.IndexOf(':') + 1)..].Trim();
                    break;
                }
            }
        }

        var bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        return $"{model}, {Environment.ProcessorCount} cores, {bits}-bit vectors, .NET {Environment.Version}";
    }
}
