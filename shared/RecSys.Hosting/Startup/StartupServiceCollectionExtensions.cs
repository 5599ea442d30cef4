using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RecSys.Hosting.Startup;

/// <summary>Registers startup tasks and warm-ups.</summary>
public static class StartupServiceCollectionExtensions
{
    /// <summary>
    /// Adds a task that must succeed before the process is ready. Several modules may need the same one: it runs once,
    /// in the place of its first registration.
    /// </summary>
    public static IServiceCollection AddStartupTask<TTask>(this IServiceCollection services)
        where TTask : class, IStartupTask
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupTask, TTask>());
        return services;
    }

    /// <summary>Adds a first use to be done before the process is ready.</summary>
    public static IServiceCollection AddWarmUp<TWarmUp>(this IServiceCollection services)
        where TWarmUp : class, IWarmUp
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IWarmUp, TWarmUp>());
        return services;
    }
}
