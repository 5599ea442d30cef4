using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace RecSys.Hosting.Settings;

/// <summary>Registers options classes the way every service does it.</summary>
public static class SettingsServices
{
    /// <summary>
    /// Binds a configuration section to <typeparamref name="TOptions"/>, whose public settable properties are its keys, and has
    /// <see cref="SettingsCatalogue"/> check it before the host starts: a key that the class doesn't have, a value of the wrong type and one
    /// that a data annotation (or <see cref="IValidatableObject"/>) refuses each fail the start with a message that names the key and the
    /// value. Annotate secrets with <c>[DataType(DataType.Password)]</c>: their values are never shown. Calling it twice for the
    /// same class is harmless.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="section">The section's name, such as <c>Endpoints</c>.</param>
    public static void AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class, new()
    {
        var added = new SettingsSection(section, typeof(TOptions));
        if (!services.Any(service => added.Equals(service.ImplementationInstance)))
        {
            services.AddSingleton(added);
            services.AddOptions<TOptions>().BindConfiguration(section);
        }
    }
}

/// <summary>A section and its options class; says in a person's words what is wrong with the values.</summary>
/// <param name="Name">The section's name.</param>
/// <param name="Options">The class.</param>
internal sealed record SettingsSection(string Name, Type Options)
{
    /// <summary>Its keys.</summary>
    public IEnumerable<PropertyInfo> Properties =>
        Options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true });

    /// <summary>Values of the wrong type; when there are none, those that the class refuses.</summary>
    public IReadOnlyList<string> FindProblems(IConfiguration configuration)
    {
        var section = configuration.GetSection(Name);
        string[] unreadable =
        [
            .. from property in Properties
               let value = section[property.Name]
               where value is not null && !IsReadable(value, TypeOf(property))
               select Problem(property, value, $"It must be {Expected(property)}."),
        ];
        if (unreadable.Length > 0)
        {
            return unreadable;
        }

        var options = Activator.CreateInstance(Options)!;
        section.Bind(options);
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true);
        return
        [
            .. from problem in found
               let property = Properties.FirstOrDefault(property => problem.MemberNames.Contains(property.Name))
               select property is null ? $"{Name}: {problem.ErrorMessage}" : Problem(property, TextOf(property.GetValue(options)), problem.ErrorMessage!),
        ];
    }

    /// <summary>What a value must be.</summary>
    public static string Expected(PropertyInfo property) => TypeOf(property) switch
    {
        { IsEnum: true } type => "one of " + string.Join(", ", Enum.GetNames(type)),
        var type when type == typeof(bool) => "true or false",
        var type when type == typeof(int) || type == typeof(long) => "a whole number",
        var type when type == typeof(float) || type == typeof(double) => "a number with a decimal point",
        var type when type == typeof(TimeSpan) => "a time span such as 00:00:30 (hours:minutes:seconds)",
        var type when type == typeof(Uri) => "an address",
        var type when type == typeof(string) => "text",
        var type => $"a {type.Name}",
    };

    public static bool IsSecret(PropertyInfo property) => property.GetCustomAttribute<DataTypeAttribute>() is { DataType: DataType.Password };

    /// <summary>A value as people write it; null for none.</summary>
    public static string? TextOf(object? value) => value is null or "" ? null : Convert.ToString(value, CultureInfo.InvariantCulture);

    private static bool IsReadable(string value, Type type)
    {
        try
        {
            var read = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
            return !type.IsEnum || Enum.IsDefined(type, read!);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException)
        {
            return false;
        }
    }

    private string Problem(PropertyInfo property, string? value, string remedy) =>
        $"{Name}:{property.Name} is '{(IsSecret(property) ? "(hidden)" : value)}'. {remedy}";

    private static Type TypeOf(PropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
}
