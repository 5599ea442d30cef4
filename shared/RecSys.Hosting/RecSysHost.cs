using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Errors;
using RecSys.Hosting.HealthChecks;
using RecSys.Hosting.Pipeline;
using RecSys.Hosting.Reflection;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Shutdown;
using RecSys.Hosting.Startup;
using RecSys.Hosting.Telemetry;

namespace RecSys.Hosting;

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
    /// <summary>Exit code of a process whose configuration can't be used.</summary>
    public const int BadSettingsExitCode = 2;

    /// <summary>
    /// Runs a process until it is told to stop. A failure to start that a person can mend is one line on standard error:
    /// exit code 2 for bad settings, 1 otherwise.
    /// </summary>
    /// <param name="args">The command line: <c>--Section:Key=value</c>.</param>
    /// <param name="defaults">The process's own defaults.</param>
    /// <param name="add">Registers the services (<c>AddIngest</c>, …).</param>
    /// <param name="map">Maps their endpoints (<c>MapIngest</c>, …).</param>
    public static async Task<int> RunAsync(string[] args, ServiceDefaults defaults, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        try
        {
            var builder = CreateBuilder(args, defaults);
            add(builder);
            await using var app = Build(builder);
            map(app);
            await StartAsync(app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (InvalidSettingsException exception)
        {
            await Console.Error.WriteLineAsync($"{defaults.Name}: {exception.Message}");
            return BadSettingsExitCode;
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync(
                $"{defaults.Name}: {exception.Message} Stop the other process, or set Endpoints:Grpc or Endpoints:Http to another port.");
            return 1;
        }
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
        AddEndpoints(builder);
        AddErrors(services);

        services.AddSingleton<StartupGate>();
        services.AddSingleton<ServingState>();
        services.AddSingleton<MappedServices>();
        services.AddSingleton<ReflectionAnswers>();
        services.AddHttpContextAccessor();

        services.AddSettings<BusOptions>(BusOptions.Section);
        services.AddSettings<TelemetryOptions>("Telemetry");
        services.AddHostedService<OtlpExport>();
        services.AddSettings<ShutdownOptions>("Shutdown");
        services.AddSingleton<GracefulShutdown>();
        services.AddSingleton<IConfigureOptions<HostOptions>>(provider => provider.GetRequiredService<GracefulShutdown>());
        services.AddHostedService(provider => provider.GetRequiredService<GracefulShutdown>());
        services.AddHostedService<EndpointAnnouncer>();
        return builder;
    }

    /// <summary>
    /// Builds the application, checks all settings, and maps what every process has: grpc.health.v1, reflection,
    /// <c>/healthz</c> and <c>/readyz</c>. The services' own endpoints are mapped on the result.
    /// </summary>
    /// <exception cref="InvalidSettingsException">A setting is wrong; the message names it.</exception>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        CheckSettings(builder);

        // Last, so that the modules' tasks and hosted services come first.
        builder.AddRecSysBus();
        builder.Services.AddHostedService<StartupRunner>();
        var app = WithReadableProblems(builder.Build);
        WithReadableProblems(() => ValidateOptions(app));
        app.UseMiddleware<EndpointSeparation>();
        app.UseMiddleware<HttpErrors>();
        app.UseMiddleware<ReadinessFilter>();
        app.UseMiddleware<GrpcLimits>();
        app.MapGrpcService<HealthGrpcService>().WithMetadata(AnswersBeforeReady.Instance);
        app.MapGrpcService<ReflectionGrpcService>().WithMetadata(AnswersBeforeReady.Instance);
        app.MapGrpcService<ReflectionAlphaGrpcService>().WithMetadata(AnswersBeforeReady.Instance);
        HttpHealth.Map(app);
        return app;
    }

    /// <summary>What has started already must see a stop, or its cancellation would look like a failure of its own.</summary>
    private static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            app.Lifetime.StopApplication();
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

        // RunAsync and EndpointAnnouncer say what the host itself would, in our words.
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
    }

    private static void AddEndpoints(WebApplicationBuilder builder)
    {
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();

        // Otherwise a body that can't be read is answered without a word, except in the environment "Development".
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddSettings<EndpointsOptions>("Endpoints");
        builder.Services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelEndpoints>();
        builder.Services.AddSingleton<BoundEndpoints>();
    }

    private static void AddErrors(IServiceCollection services)
    {
        services.AddSingleton<HostingMetrics>();
        services.AddSingleton<ErrorTranslator>();
        services.AddSingleton<ErrorInterceptor>();
        services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<ErrorInterceptor>();

            // EndpointSeparation answers for unknown services, with their names.
            grpc.IgnoreUnknownServices = true;
        });
        services.AddOptions<Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<IOptions<EndpointsOptions>>(
            (grpc, endpoints) => grpc.MaxReceiveMessageSize = endpoints.Value.MaxMessageBytes);
    }

    /// <summary>Finds all problems at once, before anything is built from the settings.</summary>
    private static void CheckSettings(WebApplicationBuilder builder)
    {
        var called = Registered<ServiceClientRegistration>(builder).Select(client => client.Service).ToArray();
        string[] problems =
        [
            .. Registered<SettingsRegistration>(builder).SelectMany(settings => settings.Problems(builder.Configuration)),
            .. ServiceAddresses.Problems(builder.Configuration, called),
        ];
        if (problems.Length > 0)
        {
            throw new InvalidSettingsException(string.Join(" ", problems));
        }
    }

    private static IEnumerable<T> Registered<T>(WebApplicationBuilder builder) => builder.Services
        .Where(service => service.ServiceType == typeof(T)).Select(service => service.ImplementationInstance).OfType<T>();

    /// <summary>Options that a module validates by other means than AddSettings.</summary>
    private static IStartupValidator? ValidateOptions(WebApplication app)
    {
        var validator = app.Services.GetService<IStartupValidator>();
        try
        {
            validator?.Validate();
            return validator;
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    /// <summary>Options report their problems as exceptions about options; people want to hear about settings.</summary>
    private static T WithReadableProblems<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (OptionsValidationException exception)
        {
            throw new InvalidSettingsException(string.Join(" ", exception.Failures), exception);
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            throw new InvalidSettingsException(
                string.Join(" ", exception.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)), exception);
        }
    }
}
