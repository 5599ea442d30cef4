using RecSys.Cli;

return await CommandLine.RunAsync(args);
