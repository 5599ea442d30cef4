using RecSys.Hosting;
using RecSys.Standalone;

return await RecSysHost.RunAsync("standalone", async () =>
{
    await using var host = await StandaloneHost.StartAsync(StandaloneSettings.FromCommandLine(args));
    await host.WaitForShutdownAsync(CancellationToken.None);
});
