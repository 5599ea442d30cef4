using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RecSys.Data.Models;

/// <summary>Registration of <see cref="ModelFollower{TModel}"/>.</summary>
public static class ModelFollowerServices
{
    /// <summary>
    /// Adds a follower of the active version that runs with the host. An <see cref="IModelLoader{TModel}"/> and the stores
    /// must be registered.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="pollInterval">How often to look without being told.</param>
    public static IServiceCollection AddModelFollower<TModel>(this IServiceCollection services, Func<IServiceProvider, TimeSpan> pollInterval)
        where TModel : class
    {
        services.AddSingleton(provider => new ModelFollower<TModel>(
            provider.GetRequiredService<ModelStore>(),
            provider.GetRequiredService<IModelLoader<TModel>>(),
            pollInterval(provider),
            provider.GetRequiredService<ILogger<ModelFollower<TModel>>>()));
        return services.AddHostedService(provider => provider.GetRequiredService<ModelFollower<TModel>>());
    }
}
