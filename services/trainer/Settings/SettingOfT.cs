namespace RecSys.Trainer.Settings;

/// <inheritdoc cref="Setting"/>
internal sealed class Setting<T>(string key, T fallback, string allowed, string meaning, Func<string, T?> parse, Func<T, string> format)
    : Setting(key, format(fallback), allowed, meaning)
    where T : struct
{
    public T Default => fallback;

    internal override object? TryParse(string text) => parse(text);

    internal override string Format(object value) => format((T)value);
}
