using Microsoft.EntityFrameworkCore;
using RecSys.Data.Deletions;
using RecSys.Data.Schema;

namespace RecSys.Data.Models;

/// <content>What versions have of people who were deleted.</content>
public sealed partial class ModelStore
{
    /// <summary>Versions that may have somebody in them who was deleted, because they heed less than a deletion, by the id.</summary>
    /// <param name="deletion">The number of the deletion.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Those that are whole, and whether there are others, which are being trained or removed.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<(IReadOnlyList<ModelVersionRow> Whole, bool AreUnfinished)> FindNotHeedingAsync(long deletion, CancellationToken cancellationToken) =>
        await _database.ReadAsync(
            async context =>
            {
                var older = context.ModelVersions.IgnoreQueryFilters().Where(model => model.HeededDeletions < deletion);
                var whole = await older
                    .Where(model => !EF.Property<bool>(model, RecSysDbContext.Removing) && (model.Status == ModelStatus.Ready || model.Status == ModelStatus.Refused))
                    .OrderBy(model => model.Version)
                    .ToListAsync(cancellationToken);
                var areUnfinished = await older.AnyAsync(
                    model => model.Status == ModelStatus.Training
                        || ((EF.Property<bool>(model, RecSysDbContext.Removing) || model.Status == ModelStatus.Failed)
                            && context.ModelArtifacts.Any(row => row.ModelVersion == model.Version)),
                    cancellationToken);
                return (whole, areUnfinished);
            },
            cancellationToken);

    /// <summary>Says that a version heeds deletions up to a number, as nobody is in it any more who was deleted until then.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; call again.</exception>
    internal Task HeedAsync(string version, long deletion, CancellationToken cancellationToken) => _database.WriteAsync(
        context => context.ModelVersions
            .Where(model => model.Version == version && model.HeededDeletions < deletion)
            .ExecuteUpdateAsync(update => update.SetProperty(model => model.HeededDeletions, deletion), cancellationToken),
        cancellationToken);

    // Of a version that becomes whole: who was deleted while it was trained is in its rows.
    private static async Task RemoveDeletedAsync(RecSysDbContext context, string version, CancellationToken cancellationToken)
    {
        await DeletionLock.HoldOffAsync(context, cancellationToken);
        var users = await context.DeletedUsers
            .Where(user => user.UserId != null && context.ModelVersions.Any(model => model.Version == version && model.HeededDeletions < user.Number))
            .Select(user => user.UserId!)
            .ToArrayAsync(cancellationToken);
        if (users.Length > 0)
        {
            await context.UserRecommendations
                .Where(list => list.ModelVersion == version && users.Contains(list.UserId))
                .ExecuteDeleteAsync(cancellationToken);
        }
    }
}
