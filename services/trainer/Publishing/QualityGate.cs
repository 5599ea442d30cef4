using System.Globalization;
using RecSys.Data.Models;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Publishing;

/// <summary>
/// Compares a new version with the active one, user by user (<see cref="QualityDifference"/>), and refuses it when the whole
/// interval of the mean difference lies below what is put up with: then it is worse, and not by chance.
/// </summary>
internal sealed class QualityGate(ModelStore models, QualityReader reader, DatabasePatience patience)
{
    /// <summary>Judges a version that is not active yet.</summary>
    public async Task<GateVerdict> JudgeAsync(UserQuality quality, TrainingSettings settings, CancellationToken cancellationToken)
    {
        if (!settings.Get(TrainingSettings.GateEnabled) || quality.UserIds.Length == 0)
        {
            return GateVerdict.NotCompared;
        }

        var active = await patience.RunAsync(models.GetActiveAsync, cancellationToken);
        return active is not null && await reader.ReadAsync(active.Version, cancellationToken) is { } other
            ? Compare(quality, other, active.Version, settings)
            : GateVerdict.NotCompared;
    }

    /// <summary>Compares two versions.</summary>
    /// <param name="quality">Of the new one.</param>
    /// <param name="other">Of the active one.</param>
    /// <param name="activeVersion">The active one's name.</param>
    /// <param name="settings">How sure a refusal has to be.</param>
    internal static GateVerdict Compare(UserQuality quality, UserQuality other, string activeVersion, TrainingSettings settings)
    {
        if (QualityDifference.Between(other, quality, settings.Get(TrainingSettings.GateConfidence), settings.Get(TrainingSettings.Seed)) is not { } difference)
        {
            return GateVerdict.NotCompared;
        }

        var tolerated = settings.Get(TrainingSettings.GateTolerance) * difference.BasePersonal;
        var refusal = difference.High < -tolerated
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Worse than the active version {activeVersion}: the gain over popularity in ndcg@20 differs by {difference.Mean:F4}, between "
                + $"{difference.Low:F4} and {difference.High:F4} ({settings.Get(TrainingSettings.GateConfidence):P0} of {difference.Users:N0} users' bootstrap).")
            : null;
        return new GateVerdict(
            new Dictionary<string, double>
            {
                ["gate/users"] = difference.Users,
                ["gate/difference"] = difference.Mean,
                ["gate/low"] = difference.Low,
                ["gate/high"] = difference.High,
            },
            refusal);
    }
}

/// <summary>How a new version compares with the active one.</summary>
/// <param name="Metrics">
/// <c>gate/users</c> that both measured; <c>gate/difference</c> of their gain over popularity in NDCG@20, above 0 where the new one is
/// better; its interval <c>gate/low</c> and <c>gate/high</c>. Empty when the two can't be compared.
/// </param>
/// <param name="Refusal">Why the new version should not answer; null when nothing speaks against it.</param>
internal sealed record GateVerdict(IReadOnlyDictionary<string, double> Metrics, string? Refusal)
{
    /// <summary>There is nothing to compare with.</summary>
    public static readonly GateVerdict NotCompared = new(new Dictionary<string, double>(), null);
}
