using System.Globalization;
using RecSys.Algorithms.Als;

namespace RecSys.Candidate.Models;

/// <summary>Reads what a version's factors were fitted with, as far as solving for one user's factors needs it.</summary>
internal static class FoldInSettings
{
    private const string RegularizationKey = "als.regularization";
    private const string AlphaKey = "als.alpha";
    private const string ConfidenceKey = "als.confidence";

    /// <exception cref="InvalidDataException">A setting is not there or can't be read: guessing would give wrong factors.</exception>
    public static AlsSettings Read(string version, IReadOnlyDictionary<string, string> settings) => new()
    {
        Regularization = Number(version, settings, RegularizationKey),
        Alpha = Number(version, settings, AlphaKey),
        Confidence = Enum.TryParse<AlsConfidence>(Text(version, settings, ConfidenceKey), ignoreCase: true, out var confidence)
            ? confidence
            : throw Unreadable(version, ConfidenceKey),
    };

    private static float Number(string version, IReadOnlyDictionary<string, string> settings, string key) =>
        float.TryParse(Text(version, settings, key), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Unreadable(version, key);

    private static string Text(string version, IReadOnlyDictionary<string, string> settings, string key) =>
        settings.TryGetValue(key, out var text) ? text : throw Unreadable(version, key);

    private static InvalidDataException Unreadable(string version, string key) =>
        new($"Model version {version} has no readable setting {key}. Train a new version.");
}
