using System.Globalization;
using RecSys.Algorithms.Als;

namespace RecSys.Candidate.Models;

/// <summary>Reads what a version's factors were fitted with, as far as solving for one user's factors needs it.</summary>
internal static class FoldInSettings
{
    private const string RegularizationKey = "als.regularization";
    private const string AlphaKey = "als.alpha";
    private const string ConfidenceKey = "als.confidence";
    private const string RegularizationExponentKey = "als.regularization_exponent";
    private const string UnobservedWeightKey = "als.unobserved_weight";

    /// <exception cref="InvalidDataException">A setting is not there or can't be read: guessing would give wrong factors.</exception>
    public static AlsSettings Read(string version, IReadOnlyDictionary<string, string> settings) => new()
    {
        Regularization = Number(version, settings, RegularizationKey),
        Alpha = Number(version, settings, AlphaKey),
        Confidence = Enum.TryParse<AlsConfidence>(Text(version, settings, ConfidenceKey), ignoreCase: true, out var confidence)
            ? confidence
            : throw Unreadable(version, ConfidenceKey),
        RegularizationExponent = OptionalNumber(version, settings, RegularizationExponentKey),
        UnobservedWeight = OptionalNumber(version, settings, UnobservedWeightKey) is > 0 and var weight ? weight : null,
    };

    // 0 is what a version was fitted with that does not name it.
    private static float OptionalNumber(string version, IReadOnlyDictionary<string, string> settings, string key) =>
        settings.ContainsKey(key) ? Number(version, settings, key) : 0;

    private static float Number(string version, IReadOnlyDictionary<string, string> settings, string key) =>
        float.TryParse(Text(version, settings, key), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Unreadable(version, key);

    private static string Text(string version, IReadOnlyDictionary<string, string> settings, string key) =>
        settings.TryGetValue(key, out var text) ? text : throw Unreadable(version, key);

    private static InvalidDataException Unreadable(string version, string key) =>
        new($"Model version {version} has no readable setting {key}. Train a new version.");
}
