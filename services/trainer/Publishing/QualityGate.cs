using System.Globalization;
using RecSys.Algorithms.Evaluation;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

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
        var (confidence, seed, threads) = (
            settings.Get(TrainingSettings.GateConfidence), settings.Get(TrainingSettings.Seed), settings.Get(TrainingSettings.Threads));
        if (QualityDifference.Between(other, quality, confidence, seed, threads) is not { } difference)
        {
            return GateVerdict.NotCompared;
        }

        var tolerated = settings.Get(TrainingSettings.GateTolerance) * difference.BasePersonal;
        var refusal = difference.High < -tolerated
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Worse than the active version {activeVersion}: the gain over popularity in ndcg@20 differs by {difference.Mean:F4}, between "
                + $"{difference.Low:F4} and {difference.High:F4} ({confidence:P0} of {difference.Users:N0} users' bootstrap).")
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

/// <summary>NDCG@20 of single users, on what was withheld from the models of a training.</summary>
/// <param name="UserIds">The users.</param>
/// <param name="Personal">Of each user's personal list.</param>
/// <param name="Popular">Of the list of popular tracks.</param>
internal sealed record UserQuality(string[] UserIds, float[] Personal, float[] Popular);

/// <summary>Reads what single users got from a version that was trained before.</summary>
internal sealed class QualityReader(ArtifactStore artifacts, DatabasePatience patience)
{
    /// <returns>Null when the version was not measured.</returns>
    public async Task<UserQuality?> ReadAsync(string version, CancellationToken cancellationToken)
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

/// <summary>
/// How two versions differ for the users that both measured. Each was measured on plays that were withheld from it; where the log
/// has grown these are not the same plays, and some weeks are harder to foresee than others. So what is compared is the gain: by
/// how much each user's list beats the list of popular tracks on the same plays, in NDCG@20.
/// </summary>
/// <param name="Users">Users that both measured.</param>
/// <param name="BasePersonal">Mean NDCG@20 of their lists in the version that is compared with.</param>
/// <param name="BaseGain">Mean gain in the version that is compared with.</param>
/// <param name="Gain">Mean gain in the version that is compared.</param>
/// <param name="Low">Lower end of the bootstrap interval of <see cref="Mean"/>.</param>
/// <param name="High">Upper end.</param>
internal sealed record QualityDifference(int Users, double BasePersonal, double BaseGain, double Gain, double Low, double High)
{
    // Of fewer users no interval says much.
    private const int MinUsers = 20;

    private const int BootstrapSamples = 2_000;

    /// <summary>Mean difference of the gains, above 0 where the version that is compared is better.</summary>
    public double Mean => Gain - BaseGain;

    /// <summary>Compares two versions; null when they have too few users in common.</summary>
    /// <param name="before">The version that is compared with.</param>
    /// <param name="after">The version that is compared.</param>
    /// <param name="confidence">Of the interval, such as 0.95.</param>
    /// <param name="seed">Of the bootstrap.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    public static QualityDifference? Between(UserQuality before, UserQuality after, double confidence, int seed, int threadCount = 0)
    {
        var position = TrainingLog.PositionsOf(before.UserIds);
        var differences = new List<float>();
        var (personal, baseGain, gain) = (0.0, 0.0, 0.0);
        for (var i = 0; i < after.UserIds.Length; i++)
        {
            if (position.TryGetValue(after.UserIds[i], out var j))
            {
                var (gainBefore, gainAfter) = (before.Personal[j] - before.Popular[j], after.Personal[i] - after.Popular[i]);
                differences.Add(gainAfter - gainBefore);
                personal += before.Personal[j];
                baseGain += gainBefore;
                gain += gainAfter;
            }
        }

        var count = differences.Count;
        if (count < MinUsers)
        {
            return null;
        }

        var ones = new float[count];
        Array.Fill(ones, 1);
        var interval = Bootstrap.Intervals(differences.ToArray(), ones, 1, BootstrapSamples, confidence, seed, threadCount)[0];
        return new QualityDifference(count, personal / count, baseGain / count, gain / count, interval.Low, interval.High);
    }
}
