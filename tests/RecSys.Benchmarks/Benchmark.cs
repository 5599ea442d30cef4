namespace RecSys.Benchmarks;

/// <summary>One of the benchmarks that the program runs.</summary>
/// <param name="Name">The program's first argument.</param>
/// <param name="Does">What it measures, and its own arguments.</param>
/// <param name="Run">Runs it and prints its figures.</param>
/// <param name="Smallest">Arguments with which it does all that it does in about a second; <see cref="SmallestInputs"/> knows what is in braces.</param>
internal sealed record Benchmark(string Name, string Does, Action<BenchmarkArguments> Run, string Smallest);
