namespace RecSys.Architecture.Tests;

public sealed class BenchmarkTests
{
    [Fact]
    public async Task Every_benchmark_runs_at_its_smallest_size()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

        var output = await Repository.RunAsync(
            "dotnet", Repository.PathTo("tests", "RecSys.Benchmarks", "bin", configuration, "net10.0", "RecSys.Benchmarks.dll"), "smallest");

        output.ShouldContain(" ran, 0 failed");
    }
}
