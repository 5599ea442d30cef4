using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using RecSys.Hosting.Clients;

namespace RecSys.Hosting.Settings;

/// <summary>
/// The configuration can't be used. The message is for the person who wrote it: it names the key, the value and what
/// would be right. <see cref="RecSysHost.RunAsync"/> prints it and exits with code 2.
/// </summary>
public sealed class InvalidSettingsException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>Where settings come from, weakest first: code, <c>recsys.json</c>, <c>RECSYS__…</c> environment, command line.</summary>
internal static class SettingsSources
{
    /// <summary>Setting that names another file than <c>recsys.json</c> in the working directory.</summary>
    private const string FileKey = "SettingsFile";

    private const string DefaultFile = "recsys.json";
    /// <summary>What the names of environment variables begin with.</summary>
    public const string EnvironmentPrefix = "RECSYS__";

    /// <summary>Libraries report each request, statement and message at level Information.</summary>
    private static readonly Dictionary<string, string?> LogLevels = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Grpc"] = "Warning",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",

        // It logs every body that is no message, whoever sends it, as an error with a stack trace; ErrorTranslator logs what fails in the service.
        ["Logging:LogLevel:Grpc.AspNetCore.Server.ServerCallHandler"] = "None",

        // It logs every attempt to connect and every failed message with a stack trace; BusConnection says each once.
        ["Logging:LogLevel:MassTransit"] = "Critical",

        // It logs every look at a process that is not ready as an error; StartupRunner says what that waits for.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",

        // They log a failed start with a stack trace; RecSysHost.RunAsync says what happened in one line.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
    };

    /// <summary>Settings that belong to no options class: .NET's own sections, and the name of the file.</summary>
    public static IReadOnlyList<string> OfLibraries { get; } = [FileKey, "Kestrel", "Logging"];

    /// <exception cref="InvalidSettingsException">The settings file or the command line can't be read.</exception>
    public static void Add(ConfigurationManager configuration, ServiceDefaults defaults, string[] args)
    {
        CheckArguments(args);
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Endpoints:Grpc"] = $"http://127.0.0.1:{defaults.GrpcPort}",
            ["Endpoints:Http"] = $"http://127.0.0.1:{defaults.HttpPort}",
        });
        configuration.AddInMemoryCollection(LogLevels);
        configuration.AddInMemoryCollection(defaults.Settings);

        // The file's own name can only come from the sources that rank above it.
        var above = new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).AddCommandLine(args).Build();
        AddFile(configuration, above[FileKey]);
        configuration.AddEnvironmentVariables(EnvironmentPrefix);
        configuration.AddCommandLine(args);
    }

    private static void AddFile(ConfigurationManager configuration, string? chosen)
    {
        var path = Path.GetFullPath(chosen ?? DefaultFile);
        if (!File.Exists(path))
        {
            if (chosen is not null)
            {
                throw new InvalidSettingsException($"{FileKey} is '{chosen}', but there is no file {path}.");
            }

            return;
        }

        try
        {
            configuration.AddJsonFile(path, optional: false, reloadOnChange: false);
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException)
        {
            throw new InvalidSettingsException($"{path} can't be read: {exception.GetBaseException().Message}", exception);
        }
    }

    /// <summary>The command line source skips what it doesn't understand; a typing error must not pass in silence.</summary>
    private static void CheckArguments(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var hasValue = args[i].Contains('=', StringComparison.Ordinal);
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || (!hasValue && i + 1 == args.Length))
            {
                throw new InvalidSettingsException(
                    $"Unknown argument '{args[i]}'. Settings are given as --Section:Key=value, such as --Endpoints:Grpc=http://127.0.0.1:5100.");
            }

            i += hasValue ? 0 : 1;
        }
    }
}
