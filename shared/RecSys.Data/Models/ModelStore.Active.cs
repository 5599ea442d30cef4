using Microsoft.EntityFrameworkCore;
using RecSys.Algorithms;
using RecSys.Data.Schema;

namespace RecSys.Data.Models;

/// <content>Says which version is active, one change at a time.</content>
public sealed partial class ModelStore
{
    /// <summary>Makes a ready version the active one, and the active one the previous; the active version stays as it is.</summary>
    /// <param name="version">The version.</param>
    /// <param name="force">Whether a version that was refused becomes ready first; why it was refused stays on record.</param>
    /// <param name="cancellationToken">Stops the change, unless it is done.</param>
    /// <exception cref="ModelStoreException">
    /// <see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotReady"/>, <see cref="ModelStoreError.Refused"/>.
    /// </exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<ActiveModelRow> ActivateAsync(string version, bool force, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        return _database.WriteAsync(
            async context =>
            {
                await context.LockModelsAsync(cancellationToken);
                var model = await context.ModelVersions.FirstOrDefaultAsync(m => m.Version == version, cancellationToken)
                    ?? throw NotFound(version);
                if (model.Status == ModelStatus.Refused)
                {
                    await AcceptAsync(context, model, force, cancellationToken);
                }
                else if (model.Status != ModelStatus.Ready)
                {
                    throw new ModelStoreException(
                        ModelStoreError.NotReady,
                        $"Model version {version} is {model.Status.ToString().ToLowerInvariant()}. Only a version that is ready can be activated.");
                }

                var active = await FindActiveAsync(context, cancellationToken);
                return active?.Version == version
                    ? active
                    : await SetAsync(context, version, active?.Version, active is null, cancellationToken);
            },
            cancellationToken);
    }

    /// <inheritdoc cref="ActivateAsync(string, bool, CancellationToken)"/>
    public Task<ActiveModelRow> ActivateAsync(string version, CancellationToken cancellationToken) =>
        ActivateAsync(version, force: false, cancellationToken);

    /// <summary>
    /// Makes a version in training ready and the active one in one transaction. The same call may be made again, should its answer have
    /// been lost.
    /// </summary>
    /// <param name="version">The version.</param>
    /// <param name="result">What its training came to; it isn't refused.</param>
    /// <param name="replaced">The version that must be active until then; where another one is, this one becomes ready only. Null for any.</param>
    /// <param name="cancellationToken">Stops the change, unless it is done.</param>
    /// <returns>Which version is active now; null when none is.</returns>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    /// <exception cref="ArgumentException">A metric is not finite, a name can't be stored, or the result is a refusal.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<ActiveModelRow?> PublishAsync(string version, ModelResult result, string? replaced, CancellationToken cancellationToken)
    {
        Check(version, result);
        if (result.Refusal is not null)
        {
            throw new ArgumentException("A version that is refused can't become the active one.", nameof(result));
        }

        return _database.WriteAsync(
            async context =>
            {
                await context.LockModelsAsync(cancellationToken);
                await FinishAsync(context, version, result, cancellationToken);
                var active = await FindActiveAsync(context, cancellationToken);
                return active?.Version == version || (replaced is not null && active?.Version != replaced)
                    ? active
                    : await SetAsync(context, version, active?.Version, active is null, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Makes the previous version the active one, and the active one the previous.</summary>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NoPrevious"/>.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; ask <see cref="GetActiveAsync"/> what was done.</exception>
    public Task<ActiveModelRow> RollbackAsync(CancellationToken cancellationToken) =>
        _database.WriteOnceAsync(
            async context =>
            {
                await context.LockModelsAsync(cancellationToken);
                var active = await FindActiveAsync(context, cancellationToken);
                return active?.PreviousVersion is { } previous
                    ? await SetAsync(context, previous, active.Version, false, cancellationToken)
                    : throw new ModelStoreException(
                        ModelStoreError.NoPrevious, "No model version was active before. Activate one by its id.");
            },
            cancellationToken);

    /// <summary>Which version is active; null before the first activation.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<ActiveModelRow?> GetActiveAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(context => FindActiveAsync(context, cancellationToken), cancellationToken);

    private static Task<ActiveModelRow?> FindActiveAsync(RecSysDbContext context, CancellationToken cancellationToken) =>
        context.ActiveModels.SingleOrDefaultAsync(cancellationToken);

    private static Task<int> AcceptAsync(RecSysDbContext context, ModelVersionRow model, bool force, CancellationToken cancellationToken) =>
        force
            ? context.ModelVersions
                .Where(m => m.Version == model.Version)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.Status, ModelStatus.Ready), cancellationToken)
            : throw new ModelStoreException(
                ModelStoreError.Refused, $"Model version {model.Version} was refused: {model.Error} With force (`recsys models activate VERSION --force`) it is activated all the same.");

    private async Task<ActiveModelRow> SetAsync(
        RecSysDbContext context, string version, string? previous, bool isFirst, CancellationToken cancellationToken)
    {
        var row = new ActiveModelRow(version, previous, UnixMicroseconds.Truncate(_time.GetUtcNow()));
        context.Entry(row).State = isFirst ? EntityState.Added : EntityState.Modified;
        await context.SaveChangesAsync(cancellationToken);
        return row;
    }
}
