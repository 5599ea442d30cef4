using System.Globalization;
using System.Text.Json.Nodes;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>A setting of a model: its key behind the model's name, how its value is shown, and how text changes it.</summary>
/// <param name="Key">Such as <c>factors</c>.</param>
/// <param name="Allowed">What is allowed, in words.</param>
/// <param name="Read">The value as JSON.</param>
/// <param name="Apply">The options with the value that the text gives; null when the text isn't one.</param>
internal sealed record ModelSetting<TOptions>(string Key, string Allowed, Func<TOptions, JsonNode?> Read, Func<TOptions, string, TOptions?> Apply)
    where TOptions : class
{
    /// <summary>Another key for the same setting.</summary>
    public string? Alias { get; init; }

    public static ModelSetting<TOptions> Integer(string key, Func<TOptions, int> read, Func<TOptions, int, TOptions> apply) => new(
        key,
        "a whole number",
        options => read(options),
        (options, text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? apply(options, value) : null);

    public static ModelSetting<TOptions> Number(string key, Func<TOptions, double> read, Func<TOptions, double, TOptions> apply) => new(
        key,
        "a number such as 0.05",
        options => read(options),
        (options, text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? apply(options, value) : null);

    public static ModelSetting<TOptions> Switch(string key, Func<TOptions, bool> read, Func<TOptions, bool, TOptions> apply) => new(
        key, "true or false", options => read(options), (options, text) => bool.TryParse(text, out var value) ? apply(options, value) : null);

    public static ModelSetting<TOptions> Choice<TValue>(
        string key, (string Name, TValue Value)[] choices, Func<TOptions, TValue> read, Func<TOptions, TValue, TOptions> apply) => new(
        key,
        $"one of {string.Join(", ", choices.Select(choice => choice.Name))}",
        options => choices.First(choice => Equals(choice.Value, read(options))).Name,
        (options, text) => Array.FindIndex(choices, choice => choice.Name == text) is var at and >= 0 ? apply(options, choices[at].Value) : null);
}
