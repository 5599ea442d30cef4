using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RecSys.Hosting.Startup;

/// <summary>
/// Work without which a service can't answer, such as bringing the database schema up to date. Tasks run in the order of
/// their registration, in the background, each until it succeeds; until all have, the process is alive but not ready.
/// </summary>
public interface IStartupTask
{
    /// <summary>What it does, for logs: <c>database schema</c>.</summary>
    string Name { get; }

    /// <summary>What it needs, with the address and without secrets: <c>Postgres at 127.0.0.1:5432</c>.</summary>
    string WaitsFor { get; }

    /// <summary>Does the work. An exception means "not yet": it is called again after a pause.</summary>
    /// <exception cref="Settings.InvalidSettingsException">It never will: the process ends with this message.</exception>
    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>
/// A first use that nobody waits for, such as a made-up request that opens connections and has code compiled. Runs after all
/// startup tasks and before the process is ready; calls are answered already, so that services of one process can use each
/// other. What fails or takes long is left: it is no reason not to be ready.
/// </summary>
public interface IWarmUp
{
    /// <summary>Does it.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>Registers startup tasks and warm-ups.</summary>
public static class StartupServices
{
    /// <summary>
    /// Adds a task that must succeed before the process is ready. Several modules may need the same one: it runs once,
    /// in the place of its first registration.
    /// </summary>
    public static void AddStartupTask<TTask>(this IServiceCollection services)
        where TTask : class, IStartupTask => services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupTask, TTask>());

    /// <summary>Adds a first use to be done before the process is ready.</summary>
    public static void AddWarmUp<TWarmUp>(this IServiceCollection services)
        where TWarmUp : class, IWarmUp => services.TryAddEnumerable(ServiceDescriptor.Singleton<IWarmUp, TWarmUp>());
}
