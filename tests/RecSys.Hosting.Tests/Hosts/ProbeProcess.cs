using System.Text.RegularExpressions;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Hosts;

/// <summary>The probe service as a process of its own.</summary>
internal static partial class ProbeProcess
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    public static ChildProcess Start(TempFolder folder, string[] args, Dictionary<string, string?>? environment = null) => ChildProcess.StartDotnet(
        Path.Combine(AppContext.BaseDirectory, "RecSys.Hosting.Probe.dll"), args, environment, folder.Path);

    /// <summary>The addresses that the process has logged.</summary>
    public static async Task<(Uri Grpc, Uri Http)> AddressesAsync(this ChildProcess process)
    {
        var line = Listening().Match(await process.WaitForLineAsync("probe listens:", StartTimeout));
        line.Success.ShouldBeTrue(process.Output);
        await process.WaitForLineAsync("probe is ready", StartTimeout);
        return (new(line.Groups["grpc"].Value), new(line.Groups["http"].Value));
    }

    [GeneratedRegex("probe listens: gRPC on (?<grpc>[^,]+), HTTP on (?<http>.+)$")]
    private static partial Regex Listening();
}
