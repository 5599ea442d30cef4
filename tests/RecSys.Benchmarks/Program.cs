using RecSys.Benchmarks;

return await BenchmarkRunner.RunAsync(args);
