using System.Data.Common;
using Microsoft.Extensions.Logging.Console;
using RecSys.Candidate;
using RecSys.Data;
using RecSys.Hosting;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Security;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;
using RecSys.Ingest;
using RecSys.Ranker;
using RecSys.Serving;
using RecSys.Trainer;

namespace RecSys.Standalone;

/// <summary>
/// The five services in one process: the same modules as in five, real gRPC over loopback between them, SQLite, the
/// in-memory bus, and the lake in a folder. Only settings differ.
/// </summary>
public sealed class StandaloneHost : IAsyncDisposable
{
    private static readonly TimeSpan PatienceForFolder = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly DataFolderLease _lease;

    private StandaloneHost(WebApplication app, DataFolderLease lease)
    {
        _app = app;
        _lease = lease;
    }

    /// <summary>Where all gRPC services answer.</summary>
    public Uri GrpcAddress => _app.Services.GetRequiredService<BoundEndpoints>().Grpc;

    /// <summary>A token that this host takes from whoever started it, with all scopes.</summary>
    public string ServiceToken => _app.Services.GetRequiredService<ServiceToken>().Reveal();

    /// <summary>Where HTTP answers.</summary>
    public Uri HttpAddress => _app.Services.GetRequiredService<BoundEndpoints>().Http;

    /// <summary>The stores and services of the process, for whoever hosts it.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts everything and returns when it is ready.</summary>
    /// <exception cref="IOException">The folder is in use or cannot be written, or a port is taken.</exception>
    /// <exception cref="InvalidSettingsException">A setting is wrong.</exception>
    public static async Task<StandaloneHost> StartAsync(StandaloneSettings settings, CancellationToken cancellationToken = default)
    {
        var lease = await DataFolderLease.TakeAsync(settings.DataFolder, settings.Holder, PatienceForFolder, cancellationToken);
        return await StartAsync(settings, lease, cancellationToken);
    }

    /// <summary>The system of a data folder: the one that answers there or is coming up, or else one that this process starts.</summary>
    /// <returns>Where it answers; and what was started, to be disposed at the end, null when it was there.</returns>
    /// <inheritdoc cref="StartAsync(StandaloneSettings, CancellationToken)" path="/exception"/>
    public static async Task<(Uri GrpcAddress, StandaloneHost? Started)> FindOrStartAsync(
        StandaloneSettings settings, CancellationToken cancellationToken = default)
    {
        var (lease, running) = await DataFolderLease.EnterAsync(settings.DataFolder, settings.Holder, PatienceForFolder, cancellationToken);
        if (lease is null)
        {
            return (running!, null);
        }

        var host = await StartAsync(settings, lease, cancellationToken);
        return (host.GrpcAddress, host);
    }

    private static async Task<StandaloneHost> StartAsync(StandaloneSettings settings, DataFolderLease lease, CancellationToken cancellationToken)
    {
        try
        {
            var app = Build(settings);
            try
            {
                await RecSysHost.StartAsync(app, cancellationToken);
                await app.Services.GetRequiredService<StartupGate>().WaitAsync(cancellationToken);
                var host = new StandaloneHost(app, lease);
                if (settings.Announced)
                {
                    lease.Announce(host.GrpcAddress);
                }

                return host;
            }
            catch
            {
                await app.DisposeAsync();
                throw;
            }
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Returns when the process is told to stop, by a signal or by the token.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _lease.Dispose();
    }

    /// <summary>The defaults that make five services one process.</summary>
    public static ServiceDefaults Defaults(DirectoryInfo dataFolder) => new("standalone", StandaloneSettings.DefaultGrpcPort, StandaloneSettings.DefaultHttpPort)
    {
        Settings = new Dictionary<string, string?>
        {
            ["Bus:Transport"] = "memory",
            // Nothing can be down here; a slow disk must not look like it.
            ["Bus:PublishTimeout"] = "00:02:00",
            ["Database:Provider"] = "sqlite",
            // The builder quotes what a folder's name may hold.
            ["Database:ConnectionString"] = new DbConnectionStringBuilder { ["Data Source"] = Path.Combine(dataFolder.FullName, "recsys.db") }.ConnectionString,
            ["Lake:Root"] = Path.Combine(dataFolder.FullName, "lake"),
            ["Lake:Cache"] = Path.Combine(dataFolder.FullName, "lake-cache"),
            ["Trainer:WorkFolder"] = Path.Combine(dataFolder.FullName, "work"),
            ["Services:Ingest"] = "self",
            ["Services:Trainer"] = "self",
            ["Services:Candidate"] = "self",
            ["Services:Ranker"] = "self",
            ["Services:Serving"] = "self",
        },
    };

    /// <summary>The settings in force in a data folder: defaults, <c>recsys.json</c> of the working directory, <c>RECSYS__…</c> of the environment.</summary>
    /// <exception cref="InvalidSettingsException">The file can't be read.</exception>
    public static IConfiguration Configuration(DirectoryInfo dataFolder) => RecSysHost.ReadSettings([], Defaults(dataFolder));

    /// <summary>Every setting that any of the services reads, and its value when they are started like this. Nothing is started.</summary>
    /// <exception cref="InvalidSettingsException">The settings file or an argument can't be read.</exception>
    public static SettingsCatalogue SettingsOf(StandaloneSettings settings) => SettingsCatalogue.Of(CreateBuilder(settings));

    private static WebApplication Build(StandaloneSettings settings)
    {
        var app = RecSysHost.Build(CreateBuilder(settings));
        app.MapIngest();
        app.MapTrainer();
        app.MapCandidate();
        app.MapRanker();
        app.MapServing();
        return app;
    }

    private static WebApplicationBuilder CreateBuilder(StandaloneSettings settings)
    {
        var defaults = Defaults(settings.DataFolder);
        string[] arguments =
        [
            .. settings.GrpcAddress is { } grpc ? [$"--Endpoints:Grpc={grpc}"] : Array.Empty<string>(),
            .. settings.HttpAddress is { } http ? [$"--Endpoints:Http={http}"] : Array.Empty<string>(),
            .. settings.LogsShown ? [] : new[] { "--Logging:LogLevel:Default=Warning" },
            .. settings.IsPrivate ? new[] { $"--Security:ServiceToken={ApiToken.Create().Reveal()}", "--Security:ServiceTokenFile=" } : [],
            .. settings.IsIsolated ? defaults.Settings.Select(setting => $"--{setting.Key}={setting.Value}") : [],
            .. settings.Arguments,
        ];
        var builder = RecSysHost.CreateBuilder(arguments, defaults);
        // Standard output belongs to whoever started this.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.AddIngest();
        builder.AddTrainer();
        builder.AddCandidate();
        builder.AddRanker();
        builder.AddServing();
        return builder;
    }
}
