using Microsoft.EntityFrameworkCore;
using RecSys.Data.Schema;

namespace RecSys.Data.Models;

/// <summary>
/// Deletes versions and their rows: first the version is put out of everybody's reach, then its rows go piece by piece,
/// so that others can write in between, then the version itself. Whoever is stopped on the way is followed up by the next call.
/// </summary>
internal sealed class ModelRemover(RecSysDatabase database)
{
    private const int RowsPerPiece = 5_000;

    private const string LeftBehind = "The trainer stopped before the training had ended.";

    /// <returns>False when the version is not in training.</returns>
    public async Task<bool> FailAsync(string version, string error, CancellationToken cancellationToken)
    {
        var readable = StorableText.IsStorable(error) ? error : "The reason can't be shown.";
        var failed = await database.WriteOnceAsync(
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

    public async Task<int> RemoveUnfinishedAsync(CancellationToken cancellationToken)
    {
        var unfinished = await database.ReadAsync(
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
                inTraining += await FailAsync(model.Version, LeftBehind, cancellationToken) ? 1 : 0;
            }
            else
            {
                await RemoveRowsAsync(model.Version, cancellationToken);
            }
        }

        return inTraining;
    }

    public async Task<IReadOnlyList<string>> RetainAsync(int keep, CancellationToken cancellationToken)
    {
        var versions = await database.WriteAsync(
            async context =>
            {
                await context.LockModelsAsync(cancellationToken);
                var active = await ModelSwitch.FindActiveAsync(context, cancellationToken);
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
            await RemoveRowsAsync(version, cancellationToken);
            await database.WriteAsync(
                context => context.ModelVersions.IgnoreQueryFilters()
                    .Where(model => model.Version == version)
                    .ExecuteDeleteAsync(cancellationToken),
                cancellationToken);
        }

        return versions;
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
        where TRow : class, IModelRow
    {
        int removed;
        do
        {
            removed = await database.WriteAsync(
                context => context.DeletePieceAsync<TRow>(version, rowsPerPiece, cancellationToken), cancellationToken);
        }
        while (removed == rowsPerPiece);
    }
}
