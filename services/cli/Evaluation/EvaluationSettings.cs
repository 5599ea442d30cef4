using System.CommandLine;
using System.Globalization;
using RecSys.Algorithms.Evaluation;
using RecSys.Cli.Evaluation.Models;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation;

/// <summary>The options that say which models to measure by what.</summary>
internal sealed class EvaluationSettings
{
    private const int BootstrapSamples = 1_000;
    private const double DefaultTuneMinutes = 10;

    private readonly Option<string[]> _models = new("--model")
    {
        Description = $"Models to measure, separated by commas: {string.Join(", ", ModelFamilies.All.Select(family => family.Name))}",
        HelpName = "NAME[,NAME…]",
        DefaultValueFactory = _ => ["als"],
    };

    private readonly Option<string[]> _set;

    private readonly Option<string> _metrics = new("--metrics")
    {
        Description = $"What to measure, separated by commas: {string.Join(", ", Metric.KnownNames)}",
        HelpName = "METRIC[,METRIC…]",
        DefaultValueFactory = _ => "recall@20,ndcg@20,map@20,coverage@20",
    };

    private readonly Option<bool> _confidence = new("--confidence") { Description = "Add 95 % intervals, from a bootstrap over users" };
    private readonly Option<bool> _loss = new("--loss") { Description = "Compute the loss after every iteration of ALS" };
    private readonly Option<bool> _noBaseline = new("--no-baseline") { Description = "Leave popularity out where it isn't asked for" };

    private readonly Option<bool> _tune = new("--tune") { Description = "Find the settings of the hybrid on a validation part of train; test is not looked at" };

    private readonly Option<double?> _tuneMinutes = new("--tune-minutes")
    {
        Description = $"Time for --tune, {DefaultTuneMinutes} by default; what is found depends on how fast the machine is",
        HelpName = "MINUTES",
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) && minutes > 0)
            {
                return minutes;
            }

            result.AddError($"--tune-minutes {result.Tokens[0].Value}: a number of minutes above 0 is needed");
            return null;
        },
    };

    private readonly Option<int?> _tuneTrials = new("--tune-trials")
    {
        Description = "Models that --tune tries, in place of a time: the same number and --seed find the same on every machine",
        HelpName = "N",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var trials) && trials > 0)
            {
                return trials;
            }

            result.AddError($"--tune-trials {result.Tokens[0].Value}: a whole number above 0 is needed");
            return null;
        },
    };

    public EvaluationSettings(string setDescription)
    {
        _set = new Option<string[]>("--set") { Description = setDescription, HelpName = "KEY=VALUE", AllowMultipleArgumentsPerToken = true };
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_models, _set, _metrics, _confidence, _loss, _noBaseline])
        {
            command.Options.Add(option);
        }
    }

    public void AddTuningTo(Command command)
    {
        command.Options.Add(_tune);
        command.Options.Add(_tuneMinutes);
        command.Options.Add(_tuneTrials);
    }

    /// <summary>The tuned hybrid; null when tuning isn't asked for.</summary>
    /// <exception cref="UsageException">There is nothing to tune, or settings are given that tuning finds itself.</exception>
    public ModelPlan? TunedHybrid(ParseResult parsed, IReadOnlyList<ModelFamily> families, IReadOnlyCollection<KeyValuePair<string, string>> given, int seed)
    {
        var (minutes, trials) = (parsed.GetValue(_tuneMinutes), parsed.GetValue(_tuneTrials));
        if (!parsed.GetValue(_tune))
        {
            return (minutes, trials) switch
            {
                (null, null) => null,
                (null, _) => throw new UsageException("--tune-trials is the number of models for --tune: add --tune, or leave it out."),
                _ => throw new UsageException("--tune-minutes is the time for --tune: add --tune, or leave it out."),
            };
        }

        if (minutes is not null && trials is not null)
        {
            throw new UsageException("--tune-minutes and --tune-trials both limit --tune: leave one of the two out.");
        }

        if (!families.Any(family => family is HybridFamily))
        {
            throw new UsageException("--tune finds the settings of the hybrid: add --model hybrid, or leave --tune out.");
        }

        var others = families.Where(family => family is not HybridFamily).Select(family => family.Name).ToArray();
        return given.FirstOrDefault(pair => !others.Contains(pair.Key[..pair.Key.IndexOf('.')])) is { Key: { } key }
            ? throw new UsageException($"--set {key}: --tune finds this setting itself. Leave one of the two out.")
            : Models.TunedHybrid.Plan(minutes ?? DefaultTuneMinutes, trials, Metrics(parsed), seed);
    }

    /// <summary>The models asked for, the baseline first unless it was left out.</summary>
    public IReadOnlyList<ModelFamily> Families(ParseResult parsed)
    {
        var names = parsed.GetValue(_models)!.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct().ToList();
        if (names.Count == 0)
        {
            throw new UsageException($"--model: name at least one of {string.Join(", ", ModelFamilies.All.Select(family => family.Name))}.");
        }

        if (!parsed.GetValue(_noBaseline) && !names.Contains(ModelFamilies.Baseline))
        {
            names.Insert(0, ModelFamilies.Baseline);
        }

        return [.. names.Select(ModelFamilies.Find)];
    }

    public IReadOnlyList<KeyValuePair<string, string>> Given(ParseResult parsed, IReadOnlyList<ModelFamily> families) =>
        GivenSettings.Parse(parsed.GetValue(_set) ?? [], families);

    public EvaluationOptions Options(ParseResult parsed, bool newOnly, int seed) => new()
    {
        Metrics = Metrics(parsed),
        NewOnly = newOnly,
        BootstrapSamples = parsed.GetValue(_confidence) ? BootstrapSamples : 0,
        Seed = seed,
    };

    public IReadOnlyList<Metric> Metrics(ParseResult parsed) => Metric.ParseList(parsed.GetValue(_metrics)!);

    public bool WithLoss(ParseResult parsed) => parsed.GetValue(_loss);
}
