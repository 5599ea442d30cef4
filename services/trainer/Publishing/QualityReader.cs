using RecSys.Data.Artifacts;
using RecSys.Trainer.Stages;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Publishing;

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
