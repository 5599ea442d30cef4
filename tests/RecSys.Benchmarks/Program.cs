using RecSys.Benchmarks;

return BenchmarkRunner.Run(args);
