using System.Diagnostics;

namespace RecSys.Benchmarks;

/// <summary>Elapsed and processor seconds of this process since the start; the latter say more on a busy machine.</summary>
internal sealed class Stopwatches
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _startCpu = Environment.CpuUsage.TotalTime;

    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    public double CpuSeconds => (Environment.CpuUsage.TotalTime - _startCpu).TotalSeconds;
}
