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

/// <inheritdoc cref="Setting"/>
internal sealed class Setting<T>(string key, T fallback, string allowed, string meaning, Func<string, T?> parse, Func<T, string> format)
    : Setting(key, format(fallback), allowed, meaning)
    where T : struct
{
    public T Default => fallback;

    internal override object? TryParse(string text) => parse(text);

    internal override string Format(object value) => format((T)value);
}

/// <summary>The keys of the settings and how they are grouped, for whoever wrote one that is not there.</summary>
internal static class SettingKeys
{
    /// <summary>Whether the key stands for a group, such as <c>models.item-knn</c>.</summary>
    public static bool IsGroup(string key) => Under(key, StringComparison.Ordinal).Any();

    /// <summary>
    /// Which keys may have been meant: those of the same group whatever the case, those of another group that end alike, or
    /// those of the group that is spelled nearly so.
    /// </summary>
    public static string Hint(string key)
    {
        for (var group = key; group.Length > 0; group = group[..Math.Max(0, group.LastIndexOf('.'))])
        {
            if (Under(group, StringComparison.OrdinalIgnoreCase).ToArray() is { Length: > 0 } near)
            {
                return ThereAre(near);
            }
        }

        var parts = key.Split('.');
        var alike = TrainingSettings.All.Select(known => known.Key)
            .Where(known => known == key.ToLowerInvariant() || known.EndsWith("." + parts[^1], StringComparison.OrdinalIgnoreCase)).ToArray();
        if (alike.Length > 0)
        {
            return ThereAre(alike);
        }

        var misspelled = TrainingSettings.All.Select(known => known.Key.Split('.')[0]).Distinct()
            .FirstOrDefault(group => IsNearly(parts[0].ToLowerInvariant(), group));
        return misspelled is null
            ? "`recsys train --print-config` prints all that there are"
            : ThereAre(TrainingSettings.All.Select(known => known.Key).Where(known => known.Split('.')[0] == misspelled));
    }

    private static string ThereAre(IEnumerable<string> keys) => $"there are {string.Join(", ", keys)}";

    private static IEnumerable<string> Under(string group, StringComparison comparison) =>
        TrainingSettings.All.Select(known => known.Key).Where(known => known.StartsWith(group + ".", comparison));

    // One letter changed, left out or too many.
    private static bool IsNearly(string given, string known)
    {
        var start = given.Zip(known).TakeWhile(pair => pair.First == pair.Second).Count();
        var end = given.Skip(start).Reverse().Zip(known.Skip(start).Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        return Math.Max(given.Length, known.Length) - start - end <= 1;
    }
}
