using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace RecSys.Hosting.Settings;

/// <summary>Binds one section to one options class and says in a person's words what is wrong with it.</summary>
internal sealed class SettingsSection<TOptions>(IConfiguration configuration, string section)
    : IConfigureOptions<TOptions>, IValidateOptions<TOptions>
    where TOptions : class, new()
{
    public void Configure(TOptions options)
    {
        try
        {
            configuration.GetSection(section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidSettingsException(Explain(exception), exception);
        }
    }

    /// <summary>Everything that is wrong with the section.</summary>
    public IEnumerable<string> Problems()
    {
        var options = new TOptions();
        try
        {
            Configure(options);
        }
        catch (InvalidSettingsException exception)
        {
            return [exception.Message];
        }

        return Validate(Microsoft.Extensions.Options.Options.DefaultName, options).Failures ?? [];
    }

    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true))
        {
            return ValidateOptionsResult.Success;
        }

        return ValidateOptionsResult.Fail(results.Select(result => Describe(options, result)));
    }

    private string Describe(TOptions options, ValidationResult result)
    {
        var member = result.MemberNames.FirstOrDefault();
        return member is null || typeof(TOptions).GetProperty(member) is not { } property
            ? $"{section}: {result.ErrorMessage}"
            : $"{section}:{member} is '{Shown(property, property.GetValue(options))}'. {result.ErrorMessage}";
    }

    /// <summary>The binder's own messages name neither the value nor what is allowed.</summary>
    private string Explain(InvalidOperationException exception)
    {
        foreach (var child in configuration.GetSection(section).GetChildren())
        {
            var property = Property(child.Key);
            if (property is null)
            {
                var known = string.Join(", ", Properties().Select(known => known.Name).Order(StringComparer.Ordinal));
                return $"{section}:{child.Key} isn't a setting. Section {section} has: {known}.";
            }

            if (child.Value is { } value && !CanConvert(property.PropertyType, value))
            {
                return $"{section}:{property.Name} is '{Shown(property, value)}'. It must be {Expected(property.PropertyType)}.";
            }
        }

        return $"Section {section} can't be read: {exception.Message}";
    }

    private static bool CanConvert(Type type, string value)
    {
        var converter = System.ComponentModel.TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(type) ?? type);
        return !converter.CanConvertFrom(typeof(string)) || converter.IsValid(value);
    }

    private static string Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type)),
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(int) || type == typeof(long) => "a whole number",
            _ when type == typeof(float) || type == typeof(double) => "a number with a decimal point",
            _ when type == typeof(TimeSpan) => "a time span such as 00:00:30 (hours:minutes:seconds)",
            _ => $"a {type.Name}",
        };
    }

    private static string Shown(PropertyInfo property, object? value) =>
        property.GetCustomAttribute<DataTypeAttribute>() is { DataType: DataType.Password } ? "(hidden)" : $"{value}";

    private static IEnumerable<PropertyInfo> Properties() =>
        typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true });

    private static PropertyInfo? Property(string name) =>
        Properties().FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
