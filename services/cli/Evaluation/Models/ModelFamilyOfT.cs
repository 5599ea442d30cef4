using System.Text.Json.Nodes;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation.Models;

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
