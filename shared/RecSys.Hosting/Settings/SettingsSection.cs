using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RecSys.Hosting.Settings;

/// <summary>One section that a host reads: what there is to set, for documents and checks that must not miss any of it.</summary>
/// <param name="Section">The section's name.</param>
/// <param name="Keys">The keys in it.</param>
public sealed record SettingsRegistration(string Section, IReadOnlyList<string> Keys)
{
    /// <summary>The registration of an options class: its public settable properties are the keys.</summary>
    public static SettingsRegistration Of<TOptions>(string section) => new(section, [.. Properties(typeof(TOptions)).Select(property => property.Name)]);

    internal static IEnumerable<PropertyInfo> Properties(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true });
}

/// <summary>Registers options classes the way every service does it.</summary>
public static class SettingsServices
{
    /// <summary>
    /// Binds a configuration section to <typeparamref name="TOptions"/> and checks it before the host starts: a key the
    /// class doesn't have, a value of the wrong type and a value that a data annotation (or
    /// <see cref="IValidatableObject"/>) refuses each fail the start with a message
    /// that names the key and the value. Annotate secrets with <c>[DataType(DataType.Password)]</c>: their values are
    /// never shown. Calling it twice for the same class is harmless.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="section">The section's name, such as <c>Endpoints</c>.</param>
    public static void AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        if (services.Any(service => service.ServiceType == typeof(SettingsSection<TOptions>)))
        {
            return;
        }

        services.AddSingleton(SettingsRegistration.Of<TOptions>(section));
        services.AddSingleton(provider => new SettingsSection<TOptions>(provider.GetRequiredService<IConfiguration>(), section));
        services.AddSingleton<IConfigureOptions<TOptions>>(provider => provider.GetRequiredService<SettingsSection<TOptions>>());
        services.AddSingleton<IValidateOptions<TOptions>>(provider => provider.GetRequiredService<SettingsSection<TOptions>>());
        services.AddOptions<TOptions>().ValidateOnStart();
    }
}

/// <summary>Binds one section to one options class and says in a person's words what is wrong with it.</summary>
internal sealed class SettingsSection<TOptions>(IConfiguration configuration, string section)
    : IConfigureOptions<TOptions>, IValidateOptions<TOptions>
    where TOptions : class
{
    private static readonly PropertyInfo[] Properties = [.. SettingsRegistration.Properties(typeof(TOptions))];

    public void Configure(TOptions options)
    {
        try
        {
            configuration.GetSection(section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            throw new OptionsValidationException(section, typeof(TOptions), [Explain(exception)]);
        }
    }

    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var results = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(results.Select(result => PropertyOf(result.MemberNames.FirstOrDefault()) is { } property
                ? $"{section}:{property.Name} is '{Shown(property, property.GetValue(options))}'. {result.ErrorMessage}"
                : $"{section}: {result.ErrorMessage}"));
    }

    /// <summary>The binder's own messages name neither the value nor what is allowed.</summary>
    private string Explain(InvalidOperationException exception)
    {
        foreach (var child in configuration.GetSection(section).GetChildren())
        {
            if (PropertyOf(child.Key) is not { } property)
            {
                var known = string.Join(", ", Properties.Select(known => known.Name).Order(StringComparer.Ordinal));
                return $"{section}:{child.Key} isn't a setting. Section {section} has: {known}.";
            }

            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (child.Value is { } value && TypeDescriptor.GetConverter(type) is var converter
                && converter.CanConvertFrom(typeof(string)) && !converter.IsValid(value))
            {
                return $"{section}:{property.Name} is '{Shown(property, value)}'. It must be {Expected(type)}.";
            }
        }

        return $"Section {section} can't be read: {exception.Message}";
    }

    private static string Expected(Type type) => type switch
    {
        { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type)),
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(float) || type == typeof(double) => "a number with a decimal point",
        _ when type == typeof(TimeSpan) => "a time span such as 00:00:30 (hours:minutes:seconds)",
        _ => $"a {type.Name}",
    };

    private static string Shown(PropertyInfo property, object? value) =>
        property.GetCustomAttribute<DataTypeAttribute>() is { DataType: DataType.Password } ? "(hidden)" : $"{value}";

    private static PropertyInfo? PropertyOf(string? name) =>
        Properties.FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
