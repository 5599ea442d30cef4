using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RecSys.Hosting.Settings;

/// <summary>Registers options classes the way every service does it.</summary>
public static class SettingsServiceCollectionExtensions
{
    /// <summary>
    /// Binds a configuration section to <typeparamref name="TOptions"/> and checks it before the host is built: a key the
    /// class doesn't have, a value of the wrong type and a value that a data annotation (or
    /// <see cref="System.ComponentModel.DataAnnotations.IValidatableObject"/>) refuses each fail the start with a message
    /// that names the key and the value. Annotate secrets with <c>[DataType(DataType.Password)]</c>: their values are
    /// never shown. Calling it twice for the same class is harmless.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="section">The section's name, such as <c>Endpoints</c>.</param>
    public static IServiceCollection AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class, new()
    {
        if (services.Any(service => service.ServiceType == typeof(SettingsSection<TOptions>)))
        {
            return services;
        }

        services.AddSingleton(SettingsRegistration.Of<TOptions>(section));
        services.AddSingleton(provider => new SettingsSection<TOptions>(provider.GetRequiredService<IConfiguration>(), section));
        services.AddSingleton<IConfigureOptions<TOptions>>(provider => provider.GetRequiredService<SettingsSection<TOptions>>());
        services.AddSingleton<IValidateOptions<TOptions>>(provider => provider.GetRequiredService<SettingsSection<TOptions>>());
        services.AddOptions<TOptions>();
        return services;
    }
}
