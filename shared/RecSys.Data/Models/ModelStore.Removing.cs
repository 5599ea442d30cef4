using Microsoft.EntityFrameworkCore;
using RecSys.Data.Schema;

namespace RecSys.Data.Models;

/// <content>
/// Deletes versions and their rows: first the version is put out of everybody's reach, then its rows go piece by piece,
/// so that others can write in between, then the version itself. Whoever is stopped on the way is followed up by the next call.
/// </content>
public sealed partial class ModelStore
{
    private const int RowsPerPiece = 5_000;

    private const string LeftBehind = "The trainer stopped before the training had ended.";

    /// <summary>Marks a version in training as failed and deletes its rows.</summary>
    /// <param name="version">The version.</param>
    /// <param name="error">Why it failed, for a person.</param>
    /// <param name="cancellationToken">Stops the deleting; <see cref="RemoveUnfinishedAsync"/> would go on with it.</param>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task FailAsync(string version, string error, CancellationToken cancellationToken)
    {
        if (!await TryFailAsync(version, error, cancellationToken))
        {
            await RequireTrainingAsync(version, cancellationToken);
        }
    }

    /// <summary>
    /// Marks versions that a dead trainer left in training as failed, and deletes the rows of all failed ones. Call it
    /// while holding the <see cref="TrainerLock"/>: a version in training is then nobody's.
    /// </summary>
    /// <returns>How many versions were in training.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<int> RemoveUnfinishedAsync(CancellationToken cancellationToken)
    {
        var unfinished = await _database.ReadAsync(
            context => context.ModelVersions
                .Where(model => model.Status == ModelStatus.Training || model.Status == ModelStatus.Failed)
                .Select(model => new { model.Version, model.Status })
                .ToListAsync(cancellationToken),
            cancellationToken);
        var inTraining = 0;
        foreach (var model in unfinished)
        {
            if (model.Status == ModelStatus.Training)
            {
                inTraining += await TryFailAsync(model.Version, LeftBehind, cancellationToken) ? 1 : 0;
            }
            else
            {
                await RemoveRowsAsync(model.Version, cancellationToken);
            }
        }

        return inTraining;
    }

    /// <summary>
    /// Deletes old versions with all their rows. The newest <paramref name="keep"/> ready or refused ones stay, and so do the active
    /// and the previous one, whatever is in training, and the newest <paramref name="keep"/> failed ones for their error.
    /// </summary>
    /// <param name="keep">At least 0.</param>
    /// <param name="cancellationToken">Stops the deleting; the next call goes on with it.</param>
    /// <returns>The deleted versions.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<string>> RetainAsync(int keep, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        var versions = await _database.WriteAsync(
            async context =>
            {
                await context.LockModelsAsync(cancellationToken);
                var active = await FindActiveAsync(context, cancellationToken);
                var ended = await context.ModelVersions
                    .Where(model => model.Status != ModelStatus.Training)
                    .OrderByDescending(model => model.CreatedAt).ThenByDescending(model => model.Version)
                    .Select(model => new { model.Version, model.Status })
                    .ToListAsync(cancellationToken);
                var old = ended
                    .GroupBy(model => model.Status == ModelStatus.Failed)
                    .SelectMany(ofStatus => ofStatus.Skip(keep))
                    .Select(model => model.Version)
                    .Where(version => version != active?.Version && version != active?.PreviousVersion)
                    .ToArray();
                await context.ModelVersions
                    .Where(model => old.Contains(model.Version))
                    .ExecuteUpdateAsync(
                        model => model.SetProperty(m => EF.Property<bool>(m, RecSysDbContext.Removing), true), cancellationToken);

                // Those that an earlier call did not get to the end of are among them.
                return await context.ModelVersions.IgnoreQueryFilters()
                    .Where(model => EF.Property<bool>(model, RecSysDbContext.Removing))
                    .OrderBy(model => model.CreatedAt)
                    .Select(model => model.Version)
                    .ToListAsync(cancellationToken);
            },
            cancellationToken);
        foreach (var version in versions)
        {
            await RemoveMarkedAsync(version, cancellationToken);
        }

        return versions;
    }

    /// <summary>Deletes a version with all its rows.</summary>
    /// <param name="version">The version; ready, refused or failed.</param>
    /// <param name="cancellationToken">Stops the deleting; <see cref="RetainAsync"/> goes on with it.</param>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.InUse"/>.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task DeleteAsync(string version, CancellationToken cancellationToken)
    {
        await _database.WriteAsync(
            async context =>
            {
                await context.LockModelsAsync(cancellationToken);
                var status = await context.ModelVersions
                    .Where(model => model.Version == version)
                    .Select(model => (ModelStatus?)model.Status)
                    .SingleOrDefaultAsync(cancellationToken)
                    ?? throw new ModelStoreException(ModelStoreError.NotFound, $"There is no model version {version}.");
                var active = await FindActiveAsync(context, cancellationToken);
                var use = status == ModelStatus.Training ? "is being trained"
                    : version == active?.Version ? "is active. Activate another one first"
                    : version == active?.PreviousVersion ? "is what a rollback goes back to. Activate another one first"
                    : null;
                if (use is not null)
                {
                    throw new ModelStoreException(ModelStoreError.InUse, $"Model version {version} {use}.");
                }

                return await context.ModelVersions
                    .Where(model => model.Version == version)
                    .ExecuteUpdateAsync(
                        model => model.SetProperty(m => EF.Property<bool>(m, RecSysDbContext.Removing), true), cancellationToken);
            },
            cancellationToken);
        await RemoveMarkedAsync(version, cancellationToken);
    }

    private async Task RemoveMarkedAsync(string version, CancellationToken cancellationToken)
    {
        await RemoveRowsAsync(version, cancellationToken);
        await _database.WriteAsync(
            context => context.ModelVersions.IgnoreQueryFilters()
                .Where(model => model.Version == version)
                .ExecuteDeleteAsync(cancellationToken),
            cancellationToken);
    }

    /// <returns>False when the version is not in training.</returns>
    private async Task<bool> TryFailAsync(string version, string error, CancellationToken cancellationToken)
    {
        var readable = StorableValues.IsText(error) ? error : "The reason can't be shown.";
        var failed = await _database.WriteOnceAsync(
            context => context.ModelVersions
                .Where(model => model.Version == version && model.Status == ModelStatus.Training)
                .ExecuteUpdateAsync(
                    model => model.SetProperty(m => m.Status, ModelStatus.Failed).SetProperty(m => m.Error, readable), cancellationToken),
            cancellationToken);
        if (failed > 0)
        {
            await RemoveRowsAsync(version, cancellationToken);
        }

        return failed > 0;
    }

    private async Task RemoveRowsAsync(string version, CancellationToken cancellationToken)
    {
        await RemoveRowsAsync<UserRecommendationsRow>(version, RowsPerPiece, cancellationToken);
        await RemoveRowsAsync<SimilarTracksRow>(version, RowsPerPiece, cancellationToken);
        await RemoveRowsAsync<PopularTrackRow>(version, RowsPerPiece, cancellationToken);
        await RemoveRowsAsync<NextTracksRow>(version, RowsPerPiece, cancellationToken);

        // A row of artifacts is up to 8 MiB.
        await RemoveRowsAsync<ModelArtifactRow>(version, 4, cancellationToken);
    }

    private async Task RemoveRowsAsync<TRow>(string version, int rowsPerPiece, CancellationToken cancellationToken)
        where TRow : ModelRow
    {
        int removed;
        do
        {
            removed = await _database.WriteAsync(
                context => context.DeletePieceAsync<TRow>(version, rowsPerPiece, cancellationToken), cancellationToken);
        }
        while (removed == rowsPerPiece);
    }
}
