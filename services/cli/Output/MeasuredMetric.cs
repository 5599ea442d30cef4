using System.Globalization;
using RecSys.Contracts.Trainer.V1;

namespace RecSys.Cli.Output;

/// <summary>One metric of one model of a version, with its interval where it has one.</summary>
internal sealed record MeasuredMetric(string Model, string Metric, double Value, double? Low, double? High)
{
    private const string Cold = "cold";

    /// <summary>What a version's models reached on withheld plays, without sources of candidates and users that no model knows.</summary>
    public static IReadOnlyList<MeasuredMetric> Of(Model version) =>
    [
        .. from metric in version.Metrics
           let parts = metric.Key.Split('/')
           where parts.Length == 2 && parts[1].Contains('@') && parts[0] != Cold && !parts[0].StartsWith(SourceMetric.Prefix, StringComparison.Ordinal)
           orderby parts[0], parts[1]
           select new MeasuredMetric(parts[0], parts[1], metric.Value, End(version, metric.Key + "/low"), End(version, metric.Key + "/high")),
    ];

    /// <summary>Figures about users that no model knows, by name.</summary>
    public static IReadOnlyList<KeyValuePair<string, double>> OfColdUsers(Model version) =>
    [
        .. from metric in version.Metrics
           let parts = metric.Key.Split('/')
           where parts.Length == 2 && parts[0] == Cold
           orderby parts[1]
           select KeyValuePair.Create(parts[1], metric.Value),
    ];

    /// <summary>The value and half of its interval's width, as in tables: <c>.1234 ±.012</c>.</summary>
    public string Text => Low is null || High is null || High == Low ? Short(Value, 4) : $"{Short(Value, 4)} ±{Short((High.Value - Low.Value) / 2, 3)}";

    // Tables are wide: no zero before the point.
    private static string Short(double value, int digits)
    {
        var text = value.ToString("F" + digits, CultureInfo.InvariantCulture);
        return text.StartsWith("0.", StringComparison.Ordinal) ? text[1..] : text;
    }

    private static double? End(Model version, string key) => version.Metrics.TryGetValue(key, out var value) ? value : null;
}
