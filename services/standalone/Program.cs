using RecSys.Standalone;

// The first argument names the data folder; what follows are settings, as for every service.
var dataFolder = new DirectoryInfo(args is [var first, ..] && !first.StartsWith('-') ? first : ".recsys");
await using var host = await StandaloneHost.StartAsync(StandaloneSettings.ForUp(dataFolder, logsShown: true) with
{
    Arguments = [.. args.Where(argument => argument.StartsWith('-'))],
});
await host.WaitForShutdownAsync(CancellationToken.None);
