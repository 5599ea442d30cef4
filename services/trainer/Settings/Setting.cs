using System.Globalization;

namespace RecSys.Trainer.Settings;

/// <summary>One setting of a training: its key, what it may be and what it is when nobody says.</summary>
/// <param name="key">The key as callers write it, such as <c>als.factors</c>.</param>
/// <param name="defaultText">The default as text.</param>
/// <param name="allowed">What is allowed, for a person, such as <c>1 to 1,024</c>.</param>
/// <param name="meaning">What it does and in which unit.</param>
internal abstract class Setting(string key, string defaultText, string allowed, string meaning)
{
    private const int LongestShown = 60;

    public string Key { get; } = key;

    public string DefaultText { get; } = defaultText;

    public string Allowed { get; } = allowed;

    public string Meaning { get; } = meaning;

    /// <summary>What is wrong with a text that is not allowed, such as <c>must be 1 to 1,024, is '0'</c>.</summary>
    public string Refuse(string text) => text.Length == 0
        ? $"must be {Allowed}, is empty"
        : $"must be {Allowed}, is '{(text.Length > LongestShown ? text[..LongestShown] + "…" : text)}'";

    /// <summary>The value as the setting's own type, or null when the text is not allowed.</summary>
    internal abstract object? TryParse(string text);

    /// <summary>A parsed value as text that <see cref="TryParse"/> reads back.</summary>
    internal abstract string Format(object value);

    public static Setting<int> Integer(string key, int fallback, int min, int max, string meaning) => new(
        key, fallback, $"{min:N0} to {max:N0}", meaning,
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max ? value : null,
        value => value.ToString(CultureInfo.InvariantCulture));

    public static Setting<double> Number(string key, double fallback, double min, double max, string meaning) => new(
        key, fallback, string.Create(CultureInfo.InvariantCulture, $"{min} to {max:#,0.####}"), meaning,
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max ? value : null,
        value => value.ToString("R", CultureInfo.InvariantCulture));

    public static Setting<bool> Switch(string key, bool fallback, string meaning) => new(
        key, fallback, "true or false", meaning,
        text => bool.TryParse(text, out var value) ? value : null,
        value => value ? "true" : "false");

    /// <summary>One of an enum's names, in lower case.</summary>
    public static Setting<TEnum> Choice<TEnum>(string key, TEnum fallback, string meaning)
        where TEnum : struct, Enum => new(
        key, fallback, string.Join(" or ", Enum.GetNames<TEnum>().Select(name => name.ToLowerInvariant())), meaning,
        // By name only: Enum.TryParse would also take numbers and lists.
        text => Enum.GetValues<TEnum>().Where(value => Name(value) == text).Select(value => (TEnum?)value).FirstOrDefault(),
        Name);

    private static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();
}
