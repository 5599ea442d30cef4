using Microsoft.EntityFrameworkCore;
using RecSys.Data.Schema;

namespace RecSys.Data.Models;

/// <summary>Says which version is active, one change at a time.</summary>
internal sealed class ModelSwitch(RecSysDatabase database, TimeProvider time)
{
    public static Task<ActiveModel?> FindActiveAsync(RecSysDbContext context, CancellationToken cancellationToken) =>
        context.ActiveModels
            .OrderBy(row => row.Id)
            .Select(row => new ActiveModel(row.ActiveVersion, row.PreviousVersion, row.ActivatedAt))
            .FirstOrDefaultAsync(cancellationToken)!;

    public Task<ActiveModel> ActivateAsync(string version, bool force, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async context =>
            {
                await context.LockModelsAsync(cancellationToken);
                var model = await context.ModelVersions.FirstOrDefaultAsync(m => m.Version == version, cancellationToken)
                    ?? throw ModelStore.NotFound(version);
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

    public Task<ActiveModel> RollbackAsync(CancellationToken cancellationToken) =>
        database.WriteOnceAsync(
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

    private static Task<int> AcceptAsync(RecSysDbContext context, ModelVersionRecord model, bool force, CancellationToken cancellationToken) =>
        force
            ? context.ModelVersions
                .Where(m => m.Version == model.Version)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.Status, ModelStatus.Ready), cancellationToken)
            : throw new ModelStoreException(
                ModelStoreError.Refused, $"Model version {model.Version} was refused: {model.Error} With force (`recsys models activate VERSION --force`) it is activated all the same.");

    private async Task<ActiveModel> SetAsync(
        RecSysDbContext context, string version, string? previous, bool isFirst, CancellationToken cancellationToken)
    {
        var now = Timestamps.ToStored(time.GetUtcNow());
        var row = new ActiveModelRow(ActiveModelRow.OnlyId, version, previous, now);
        context.Entry(row).State = isFirst ? EntityState.Added : EntityState.Modified;
        await context.SaveChangesAsync(cancellationToken);
        return new ActiveModel(version, previous, now);
    }
}
