using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>A kind of model that can be asked for by name.</summary>
internal abstract class ModelFamily(string name)
{
    /// <summary>As on the command line and in JSON.</summary>
    public string Name { get; } = name;

    /// <summary>The keys of its settings, without the model's name.</summary>
    public abstract IReadOnlyList<string> Keys { get; }

    /// <summary>Whether the model learns from the order of listens.</summary>
    public virtual bool NeedsTimes => false;

    /// <summary>Families whose settings this one uses as well.</summary>
    public virtual IReadOnlyList<ModelFamily> Parts => [];

    /// <summary>A model of the family with some settings, checked as far as can be without data.</summary>
    /// <param name="given">Values by full key, such as <c>als.factors</c>.</param>
    /// <exception cref="UsageException">A value isn't allowed.</exception>
    public abstract ModelPlan Plan(IReadOnlyDictionary<string, string> given);
}

/// <summary>A family whose settings are one record.</summary>
internal sealed class ModelFamily<TOptions>(
    string name,
    TOptions defaults,
    IReadOnlyList<ModelSetting<TOptions>> settings,
    Func<FitRequest, TOptions, FittedModel> fit,
    Action<TOptions>? check = null,
    bool needsTimes = false) : ModelFamily(name)
    where TOptions : class
{
    public override IReadOnlyList<string> Keys { get; } =
        [.. settings.SelectMany(setting => setting.Alias is null ? (string[])[setting.Key] : [setting.Key, setting.Alias])];

    public override bool NeedsTimes => needsTimes;

    public override ModelPlan Plan(IReadOnlyDictionary<string, string> given)
    {
        var options = defaults;
        foreach (var setting in settings)
        {
            foreach (var key in (string?[])[setting.Key, setting.Alias])
            {
                if (key is not null && given.TryGetValue($"{Name}.{key}", out var text))
                {
                    options = setting.Apply(options, text)
                        ?? throw new UsageException($"--set {Name}.{key}={text}: the value must be {setting.Allowed}.");
                }
            }
        }

        // Where ranges are public, a value outside of them is refused before any data is read; the others when fitting.
        check?.Invoke(options);
        return new ModelPlan(
            Name,
            new JsonObject(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Read(options)))),
            request => fit(request, options));
    }
}

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
