using System.CommandLine;
using RecSys.Cli.Output;

namespace RecSys.Cli.Connections;

/// <summary>The options that say which system a command talks to: a running one, or the data folder that it opens itself.</summary>
internal sealed class SystemOptions
{
    private const string DefaultDataFolder = ".recsys";

    private readonly Option<Uri?> _server = new("--server")
    {
        Description = "gRPC address of a running system, such as http://127.0.0.1:5100 (also from RECSYS_SERVER); without it the data folder is used",
        HelpName = "URL",
        CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new Uri(result.Tokens[0].Value)
            : Refuse(result, $"--server: '{result.Tokens[0].Value}' is not an address such as http://127.0.0.1:5100"),
    };

    private readonly CallerToken _token = new();

    private readonly Option<DirectoryInfo> _data = DataFolder("Data folder of the standalone system");

    /// <summary>The option <c>--data</c>, the same for all commands.</summary>
    public static Option<DirectoryInfo> DataFolder(string description) => new("--data")
    {
        Description = description,
        HelpName = "DIR",
        DefaultValueFactory = _ => new DirectoryInfo(DefaultDataFolder),
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_data);
        _token.AddTo(command);
    }

    /// <summary>The system to ask; the data folder must be there.</summary>
    /// <param name="parsed">The call.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="longWork">What keeps the system busy for long, such as <c>recsys train</c>; null for a short command.</param>
    public Task<RunningSystem> OpenAsync(ParseResult parsed, CancellationToken cancellationToken, string? longWork = null)
    {
        var folder = parsed.GetValue(_data)!;
        return Server(parsed) is null && !folder.Exists
            ? throw new UsageException($"there is no data folder '{folder.FullName}'. Name one with --data, or make one with 'recsys up', 'recsys import' or 'recsys listens submit'.")
            : OpenOrCreateAsync(parsed, cancellationToken, longWork);
    }

    /// <summary>The system to write to; the data folder is created when missing.</summary>
    public Task<RunningSystem> OpenOrCreateAsync(ParseResult parsed, CancellationToken cancellationToken, string? longWork = null) => Server(parsed) is { } server
        ? Task.FromResult(RunningSystem.At(server, _token.Read(parsed)))
        : RunningSystem.InFolderAsync(parsed.GetValue(_data)!, _token.Read(parsed), longWork, cancellationToken);

    private Uri? Server(ParseResult parsed) => parsed.GetValue(_server)
        ?? (Environment.GetEnvironmentVariable("RECSYS_SERVER") is { Length: > 0 } address ? new Uri(address) : null);

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return null;
    }
}
