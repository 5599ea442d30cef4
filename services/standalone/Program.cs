using RecSys.Standalone;

await using var host = await StandaloneHost.StartAsync(StandaloneSettings.FromCommandLine(args));
await host.WaitForShutdownAsync(CancellationToken.None);
