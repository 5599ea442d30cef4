using System.CommandLine;
using RecSys.Cli.Connections;
using RecSys.Standalone;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys up</c>: the whole system in this process until it is stopped.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var data = SystemOptions.DataFolder("Data folder; created when missing");
        var grpcPort = CommandOptions.Whole("--grpc-port", "gRPC port on 127.0.0.1", 0, 65_535, StandaloneSettings.DefaultGrpcPort);
        var httpPort = CommandOptions.Whole("--http-port", "HTTP port on 127.0.0.1", 0, 65_535, StandaloneSettings.DefaultHttpPort);
        var settings = new Argument<string[]>("settings")
        {
            Description = "More configuration, as --Section:Key=value (docs/configuration.md)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("up", "Run the whole system in this process: SQLite, in-memory bus, the lake in a folder") { data, grpcPort, httpPort, settings };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var host = await StandaloneHost.StartAsync(
                StandaloneSettings.ForUp(parsed.GetValue(data)!, logsShown: true) with
                {
                    // Only what was typed: recsys.json and the environment may name others.
                    GrpcAddress = Loopback(parsed, grpcPort),
                    HttpAddress = Loopback(parsed, httpPort),
                    Arguments = parsed.GetValue(settings) ?? [],
                },
                cancellationToken);
            Console.WriteLine($"RecSys is up: gRPC {host.GrpcAddress}  HTTP {host.HttpAddress}  data {parsed.GetValue(data)!.FullName}  (Ctrl+C stops it)");
            await host.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return command;
    }

    private static Uri? Loopback(ParseResult parsed, Option<int> port) =>
        parsed.GetResult(port) is { Implicit: false } ? new Uri($"http://127.0.0.1:{parsed.GetValue(port)}") : null;
}
