using System.CommandLine;
using Grpc.Core;
using Grpc.Net.Client;
using RecSys.Cli.Output;

namespace RecSys.Cli.Connections;

/// <summary>The API token that a command shows the system, where that asks for one.</summary>
internal sealed class CallerToken
{
    private const string Variable = "RECSYS_TOKEN";
    private const string FileVariable = "RECSYS_TOKEN_FILE";

    private readonly Option<string?> _token = new("--token")
    {
        Description = $"API token (also from {Variable}). Other users of the machine may see a command's options: a file is safer",
        HelpName = "TOKEN",
    };

    private readonly Option<FileInfo?> _file = new("--token-file")
    {
        Description = $"File whose only line is the API token (also from {FileVariable})",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_token);
        command.Options.Add(_file);
    }

    /// <summary>What was typed, or else what the environment has; null for none.</summary>
    /// <exception cref="UsageException">The file can't be read, or no token can be sent as it is written.</exception>
    public string? Read(ParseResult parsed)
    {
        var token = parsed.GetValue(_token)
            ?? ReadFile("--token-file", parsed.GetValue(_file)?.FullName)
            ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : null)
            ?? ReadFile(FileVariable, Environment.GetEnvironmentVariable(FileVariable));
        return token is null || (token.Length > 0 && token.All(letter => letter is > ' ' and <= '~'))
            ? token
            : throw new UsageException("the API token must be visible ASCII characters without blanks, as 'recsys tokens create' printed it.");
    }

    /// <summary>A channel on which every call shows the token.</summary>
    /// <param name="address">The system's.</param>
    /// <param name="token">Null for none.</param>
    public static GrpcChannel Channel(Uri address, string? token)
    {
        if (token is null)
        {
            return GrpcChannel.ForAddress(address);
        }

        var shown = CallCredentials.FromInterceptor((_, headers) =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return Task.CompletedTask;
        });
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Create(address.Scheme == Uri.UriSchemeHttps ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure, shown),
            UnsafeUseInsecureChannelCallCredentials = true, // Whoever names an address without TLS trusts the network.
        });
    }

    private static string? ReadFile(string source, string? path)
    {
        try
        {
            return string.IsNullOrEmpty(path) ? null : File.ReadAllText(path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{source}: the token can't be read: {exception.Message}");
        }
    }
}
