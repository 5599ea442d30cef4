using System.Globalization;
using RecSys.Algorithms.Metrics;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Stages;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Publishing;

/// <summary>
/// Compares a new version with the active one, user by user. Each was measured on plays that were withheld from it; where the log
/// has grown these are not the same plays, and some weeks are harder to foresee than others. So what is compared is by how much
/// each user's list beats the list of popular tracks on the same plays. A new version is refused when the whole interval of the
/// mean difference lies below what is put up with: then it is worse, and not by chance.
/// </summary>
internal sealed class QualityGate(ModelStore models, ArtifactStore artifacts, DatabasePatience patience)
{
    // Of fewer users no interval says much.
    private const int MinUsers = 20;

    private const int BootstrapSamples = 2_000;

    /// <summary>Judges a version that is not active yet.</summary>
    public async Task<GateVerdict> JudgeAsync(UserQuality quality, TrainingSettings settings, CancellationToken cancellationToken)
    {
        if (!settings.Get(TrainingSettings.GateEnabled) || quality.UserIds.Length == 0)
        {
            return GateVerdict.NotCompared;
        }

        var active = await patience.RunAsync(models.GetActiveAsync, cancellationToken);
        return active is not null && await ReadAsync(active.Version, cancellationToken) is { } other
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
        var position = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < other.UserIds.Length; i++)
        {
            position.Add(other.UserIds[i], i);
        }

        var differences = new List<float>();
        var reference = 0.0;
        for (var i = 0; i < quality.UserIds.Length; i++)
        {
            if (position.TryGetValue(quality.UserIds[i], out var j))
            {
                differences.Add(quality.Personal[i] - quality.Popular[i] - (other.Personal[j] - other.Popular[j]));
                reference += other.Personal[j];
            }
        }

        if (differences.Count < MinUsers)
        {
            return GateVerdict.NotCompared;
        }

        var ones = new float[differences.Count];
        Array.Fill(ones, 1);
        var confidence = settings.Get(TrainingSettings.GateConfidence);
        var interval = Bootstrap.Intervals(
            differences.ToArray(), ones, 1, BootstrapSamples, confidence, settings.Get(TrainingSettings.Seed))[0];
        var difference = differences.Average();
        var tolerated = settings.Get(TrainingSettings.GateTolerance) * reference / differences.Count;
        var refusal = interval.High < -tolerated
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Worse than the active version {activeVersion}: the gain over popularity in ndcg@20 differs by {difference:F4}, between "
                + $"{interval.Low:F4} and {interval.High:F4} ({confidence:P0} of {differences.Count:N0} users' bootstrap).")
            : null;
        return new GateVerdict(
            new Dictionary<string, double>
            {
                ["gate/users"] = differences.Count,
                ["gate/difference"] = difference,
                ["gate/low"] = interval.Low,
                ["gate/high"] = interval.High,
            },
            refusal);
    }

    private async Task<UserQuality?> ReadAsync(string version, CancellationToken cancellationToken)
    {
        var users = await patience.RunAsync(
            token => artifacts.ReadTextsAsync(version, ArtifactNames.QualityUserIds, token), cancellationToken);
        var values = await patience.RunAsync(token => artifacts.ReadMatrixAsync(version, ArtifactNames.Quality, token), cancellationToken);
        return users is null || values is null
            ? null
            : new UserQuality(
                users,
                [.. Enumerable.Range(0, users.Length).Select(user => values.Row(user)[0])],
                [.. Enumerable.Range(0, users.Length).Select(user => values.Row(user)[1])]);
    }
}
