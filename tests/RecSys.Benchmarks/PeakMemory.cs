using System.Globalization;

namespace RecSys.Benchmarks;

/// <summary>The most memory that this process has held at once, as the system counts it.</summary>
internal static class PeakMemory
{
    /// <summary>In MiB; what is held now where the system does not tell the peak.</summary>
    public static long MiB()
    {
        const string Prefix = "VmHWM:";
        if (File.Exists("/proc/self/status")
            && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Prefix, StringComparison.Ordinal)) is { } line)
        {
            return long.Parse(line[Prefix.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) >> 10;
        }

        return Environment.WorkingSet >> 20;
    }

    /// <summary>Counts anew from what is held now, where the system can do that.</summary>
    public static void Reset()
    {
        const string File = "/proc/self/clear_refs";
        if (System.IO.File.Exists(File))
        {
            System.IO.File.WriteAllText(File, "5");
        }
    }
}
