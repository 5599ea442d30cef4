using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Tests.Linear;

/// <summary>
/// Runs the tests of everything that uses kernels again, in processes for which the processor's vectors are switched off, so
/// that the bodies are tested which this machine would never choose.
/// </summary>
public sealed class InstructionSetTests(ITestOutputHelper output)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", 0)]
    public async Task Kernels_and_what_uses_them_pass_with_narrower_vectors(string variable, int widestBits)
    {
        if (variable == "DOTNET_EnableAVX512" && !Vector512.IsHardwareAccelerated)
        {
            output.WriteLine("This processor has no vectors of 512 bits: without them it does what the other tests of this process have tried.");
            return;
        }

        var start = TestHost();
        foreach (var filter in new[] { "RecSys.Algorithms.Tests.Linear", "RecSys.Algorithms.Tests.Als", "RecSys.Algorithms.Tests.TopK" })
        {
            start.ArgumentList.Add("-namespace");
            start.ArgumentList.Add(filter);
        }

        // Not this test again, and not the long runs on real data.
        foreach (var excluded in new[] { nameof(InstructionSetTests), "AlsGoldenTests" })
        {
            start.ArgumentList.Add("-class-");
            start.ArgumentList.Add("*." + excluded);
        }

        start.Environment[variable] = "0";
        start.Environment[VectorWidthTests.ExpectedBits] = widestBits.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeLimit);
        var text = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);

        output.WriteLine(text);
        process.ExitCode.ShouldBe(0, text);
        text.ShouldContain("Failed: 0");
        text.ShouldNotContain("Total: 0");
    }

    private static ProcessStartInfo TestHost()
    {
        var assembly = typeof(InstructionSetTests).Assembly.Location;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(assembly);
        start.ArgumentList.Add("-noColor");
        return start;
    }
}
