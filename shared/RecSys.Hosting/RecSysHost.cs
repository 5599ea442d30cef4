using System.Net.Sockets;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Security;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting;

/// <summary>What a service brings as its own defaults; every one of them can be overridden by configuration.</summary>
/// <param name="Name">The service's name in logs, telemetry and health answers, such as <c>ingest</c>.</param>
/// <param name="GrpcPort">Default loopback port of the gRPC endpoint; 0 takes a free one.</param>
/// <param name="HttpPort">Default loopback port of the HTTP endpoint; 0 takes a free one.</param>
public sealed record ServiceDefaults(string Name, int GrpcPort, int HttpPort)
{
    /// <summary>
    /// Further defaults by configuration key, such as <c>Bus:Transport</c> = <c>memory</c>. They rank above the defaults
    /// in options classes and below <c>recsys.json</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}

/// <summary>
/// What every process of the system has, whichever services it runs: settings, two endpoints, errors, health, reflection,
/// readiness, telemetry, logs and an orderly shutdown.
/// <code>
/// return await RecSysHost.RunAsync(
///     args, new("ingest", GrpcPort: 5101, HttpPort: 5181), builder => builder.AddIngest(), app => app.MapIngest());
/// </code>
/// </summary>
public static class RecSysHost
{
    /// <summary>Runs a process until it is told to stop.</summary>
    /// <param name="args">The command line: <c>--Section:Key=value</c>.</param>
    /// <param name="defaults">The process's own defaults.</param>
    /// <param name="add">Registers the services (<c>AddIngest</c>, …).</param>
    /// <param name="map">Maps their endpoints (<c>MapIngest</c>, …).</param>
    /// <returns>The exit code, as <see cref="RunAsync(string, Func{Task})"/> says.</returns>
    public static Task<int> RunAsync(string[] args, ServiceDefaults defaults, Action<WebApplicationBuilder> add, Action<WebApplication> map) =>
        RunAsync(defaults.Name, async () =>
        {
            var builder = CreateBuilder(args, defaults);
            add(builder);
            await using var app = Build(builder);
            map(app);
            await StartAsync(app);
            await app.WaitForShutdownAsync();
            app.Services.GetRequiredService<StartupGate>().ThrowIfFailed();
        });

    /// <summary>Runs a process. A failure that a person can mend is one line on standard error.</summary>
    /// <returns>The exit code: 0 at the end of <paramref name="process"/>, 2 for bad settings, 1 for a folder, file or port that can't be used.</returns>
    public static async Task<int> RunAsync(string name, Func<Task> process)
    {
        try
        {
            await process();
            return 0;
        }
        catch (Exception exception) when (exception is InvalidSettingsException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{name}: {exception.Message}");
            return exception is InvalidSettingsException ? 2 : 1;
        }
    }

    /// <summary>The settings in force, as <see cref="CreateBuilder"/> has them, for who needs no host.</summary>
    /// <exception cref="InvalidSettingsException">The settings file or the command line can't be read.</exception>
    public static IConfiguration ReadSettings(string[] args, ServiceDefaults defaults)
    {
        var settings = new ConfigurationManager();
        SettingsSources.Add(settings, defaults, args);
        return settings;
    }

    /// <summary>
    /// Makes a builder with everything registered. Settings come from, weakest first: defaults in code,
    /// <c>recsys.json</c> in the working directory (or the file that the setting <c>SettingsFile</c> names), environment
    /// variables <c>RECSYS__SECTION__KEY</c>, and the command line.
    /// </summary>
    /// <exception cref="InvalidSettingsException">The settings file or the command line can't be read.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args, ServiceDefaults defaults)
    {
        // Empty: no appsettings.json, no ASPNETCORE_ variables, nothing that isn't in docs/configuration.md.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "recsys-" + defaults.Name });
        SettingsSources.Add(builder.Configuration, defaults, args);
        AddLogging(builder);

        var services = builder.Services;
        services.AddSingleton(defaults);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddRouting();
        AddEndpoints(builder);
        AddErrors(services);
        SecurityServices.Add(services);
        Telemetry.Add(builder, defaults);
        services.AddSettings<ServicesOptions>("Services");
        services.AddSettings<BusOptions>(BusOptions.Section);
        services.AddSettings<ShutdownOptions>("Shutdown");
        services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>(
            (host, shutdown) => host.ShutdownTimeout = shutdown.Value.Delay + shutdown.Value.DrainTimeout);
        services.AddHostedService<Lifetime>();
        return builder;
    }

    /// <summary>
    /// Builds the application, checks all settings, and maps what every process has: the check of tokens, grpc.health.v1, reflection,
    /// <c>/healthz</c> and <c>/readyz</c>. The services' own endpoints are mapped on the result.
    /// </summary>
    /// <exception cref="InvalidSettingsException">A setting is wrong; the message names it.</exception>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        if (SettingsCatalogue.Of(builder).FindProblems() is { Count: > 0 } problems)
        {
            throw new InvalidSettingsException(string.Join(" ", problems));
        }

        SecurityServices.CheckBeforeStart(builder);
        WebApplication? app = null;
        Readiness.Add(builder.Services, () => ((IEndpointRouteBuilder)app!).DataSources);

        // Last, so that the modules' tasks and hosted services come first.
        builder.AddRecSysBus();
        builder.Services.AddHostedService<StartupRunner>();
        app = builder.Build();
        app.UseMiddleware<GrpcRequests>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(Readiness.FilterAsync);
        SecurityServices.Use(app);
        Readiness.Map(app);
        return app;
    }

    /// <summary>Starts what <see cref="Build"/> has made.</summary>
    /// <exception cref="InvalidSettingsException">A setting is wrong; the message names it.</exception>
    /// <exception cref="IOException">It can't listen at an address; the message says why and what to do.</exception>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken = default)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            // What has started already must see a stop, or its cancellation would look like a failure of its own.
            app.Lifetime.StopApplication();
            if (exception is SocketException or IOException { InnerException: AddressInUseException })
            {
                throw new IOException(ListenAddress.Explain(exception, app.Services.GetRequiredService<IOptions<EndpointsOptions>>().Value), exception);
            }

            throw;
        }
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
        });

        // RunAsync and Lifetime say what the host itself would, in our words.
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
    }

    private static void AddEndpoints(WebApplicationBuilder builder)
    {
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddSettings<EndpointsOptions>("Endpoints");
        builder.Services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelEndpoints>();
        builder.Services.AddSingleton<BoundEndpoints>();
    }

    private static void AddErrors(IServiceCollection services)
    {
        services.AddSingleton<ErrorTranslator>();
        services.AddSingleton<ErrorInterceptor>();
        services.AddGrpcReflection();
        services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<ErrorInterceptor>();

            // GrpcRequests answers for unknown services, with their names.
            grpc.IgnoreUnknownServices = true;
        });
        services.AddOptions<GrpcServiceOptions>().Configure<IOptions<EndpointsOptions>>(
            (grpc, endpoints) => grpc.MaxReceiveMessageSize = endpoints.Value.MaxMessageBytes);
        services.AddExceptionHandler<HttpErrors>();
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = HttpErrors.Describe);

        // Otherwise a body that can't be read is answered without a word, except in the environment "Development".
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    }
}
