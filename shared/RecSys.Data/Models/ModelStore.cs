using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using RecSys.Algorithms;
using RecSys.Data.Schema;

namespace RecSys.Data.Models;

/// <summary>
/// Model versions and their rows. A version's rows are written while it is in training and seen by nobody; one
/// transaction makes it ready and the active one. Old versions go by <see cref="RetainAsync"/>, never the active or
/// the previous one. Large arrays are in <see cref="Artifacts.ArtifactStore"/>.
/// </summary>
public sealed partial class ModelStore
{
    /// <summary>Characters that a version's id may have.</summary>
    public const int MaxVersionLength = 128;

    private const int MaximumPageSize = 100;

    private readonly RecSysDatabase _database;
    private readonly TimeProvider _time;

    internal ModelStore(RecSysDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>Creates a version in training.</summary>
    /// <param name="version">Its id, 1 to <see cref="MaxVersionLength"/> characters.</param>
    /// <param name="settings">All settings of the training, defaults included.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <param name="baseVersion">The version that it is refreshed from; null when it is trained afresh.</param>
    /// <param name="heededDeletions">See <see cref="ModelVersionRow.HeededDeletions"/>; asked before the data is read.</param>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.AlreadyExists"/>.</exception>
    /// <exception cref="ArgumentException">The id is empty or too long, or a text can't be stored.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<ModelVersionRow> BeginAsync(
        string version, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken, string? baseVersion = null, long heededDeletions = 0)
    {
        StorableValues.Text(version, nameof(version));
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version.Length, MaxVersionLength, nameof(version));
        foreach (var (key, value) in settings)
        {
            StorableValues.Text(key, nameof(settings));
            StorableValues.Text(value, nameof(settings));
        }

        var model = new ModelVersionRow
        {
            Version = version,
            CreatedAt = UnixMicroseconds.Truncate(_time.GetUtcNow()),
            Settings = settings,
            BaseVersion = baseVersion,
            HeededDeletions = heededDeletions,
        };
        await _database.WriteOnceAsync(
            async context =>
            {
                if (await context.ModelVersions.IgnoreQueryFilters().AnyAsync(m => m.Version == version, cancellationToken))
                {
                    throw AlreadyExists(version);
                }

                context.Add(model);
                try
                {
                    return await context.SaveChangesAsync(cancellationToken);
                }
                catch (DbUpdateException exception) when (exception.InnerException is DbException { SqlState: "23505" })
                {
                    throw AlreadyExists(version);
                }
            },
            cancellationToken);
        return model;
    }

    /// <summary>
    /// Makes a version in training ready, or refuses it, as the result says; lists of people who were deleted meanwhile go from it. The same call
    /// may be made again, should its answer have been lost.
    /// </summary>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    /// <exception cref="ArgumentException">A metric is not finite, or a name can't be stored.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task FinishAsync(string version, ModelResult result, CancellationToken cancellationToken)
    {
        Check(version, result);
        return _database.WriteAsync(
            async context =>
            {
                await FinishAsync(context, version, result, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    private static void Check(string version, ModelResult result)
    {
        StorableValues.Text(version, nameof(version));
        if (result.Refusal is not null)
        {
            StorableValues.Text(result.Refusal, nameof(result));
        }

        foreach (var (name, value) in result.Metrics)
        {
            StorableValues.Text(name, nameof(result));
            if (!double.IsFinite(value))
            {
                throw new ArgumentException($"Metric '{name}' is not finite. Leave it out.", nameof(result));
            }
        }
    }

    private static async Task FinishAsync(RecSysDbContext context, string version, ModelResult result, CancellationToken cancellationToken)
    {
        await RemoveDeletedAsync(context, version, cancellationToken);
        var status = result.Refusal is null ? ModelStatus.Ready : ModelStatus.Refused;
        var changed = await context.ModelVersions
            .Where(model => model.Version == version && model.Status == ModelStatus.Training)
            .ExecuteUpdateAsync(
                model => model
                    .SetProperty(m => m.Status, status)
                    .SetProperty(m => m.Error, result.Refusal)
                    .SetProperty(m => m.Metrics, result.Metrics)
                    .SetProperty(m => m.UserCount, result.UserCount)
                    .SetProperty(m => m.TrackCount, result.TrackCount)
                    .SetProperty(m => m.InteractionCount, result.InteractionCount)
                    .SetProperty(m => m.TrainingTime, result.TrainingTime),
                cancellationToken);
        if (changed == 0
            && (await context.ModelVersions.FirstOrDefaultAsync(model => model.Version == version, cancellationToken))?.HasResult(result) != true)
        {
            await RequireTrainingAsync(context, version, cancellationToken);
        }
    }

    /// <summary>One version; null when there is none of this id.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<ModelVersionRow?> GetAsync(string version, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        return _database.ReadAsync(
            context => context.ModelVersions.FirstOrDefaultAsync(model => model.Version == version, cancellationToken), cancellationToken);
    }

    /// <summary>Whether a version is in training: somebody makes it, or a dead trainer left it behind.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<bool> IsAnyInTrainingAsync(CancellationToken cancellationToken) => _database.ReadAsync(
        context => context.ModelVersions.AnyAsync(model => model.Status == ModelStatus.Training, cancellationToken), cancellationToken);

    /// <summary>Lists versions, newest first. Pages stay in step while versions come and go.</summary>
    /// <param name="pageSize">1 to 100.</param>
    /// <param name="pageToken">From the page before; null or empty for the first.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidPageTokenException">The token is none of this list.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<ModelPage> ListAsync(int pageSize, string? pageToken, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, MaximumPageSize);
        var after = ModelPageToken.Parse(pageToken, nameof(pageToken));
        var models = await _database.ReadAsync(
            context =>
            {
                var query = context.ModelVersions;
                var older = after is null
                    ? query
                    : query.Where(model => model.CreatedAt < after.CreatedAt
                        || (model.CreatedAt == after.CreatedAt && string.Compare(model.Version, after.Version) < 0));
                return older
                    .OrderByDescending(model => model.CreatedAt).ThenByDescending(model => model.Version)
                    .Take(pageSize + 1)
                    .ToListAsync(cancellationToken);
            },
            cancellationToken);
        return models.Count <= pageSize
            ? new ModelPage(models, null)
            : new ModelPage(models[..pageSize], new ModelPageToken(models[pageSize - 1]).ToString());
    }

    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    internal Task RequireTrainingAsync(string version, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        return _database.ReadAsync(context => RequireTrainingAsync(context, version, cancellationToken), cancellationToken);
    }

    private static async Task<bool> RequireTrainingAsync(RecSysDbContext context, string version, CancellationToken cancellationToken)
    {
        var status = await context.ModelVersions
            .Where(model => model.Version == version)
            .Select(model => (ModelStatus?)model.Status)
            .FirstOrDefaultAsync(cancellationToken) ?? throw NotFound(version);
        return status == ModelStatus.Training
            ? true
            : throw new ModelStoreException(
                ModelStoreError.NotTraining,
                $"Model version {version} is {status.ToString().ToLowerInvariant()} and can't be changed. Train a new version.");
    }

    internal static ModelStoreException NotFound(string version) =>
        new(ModelStoreError.NotFound, $"There is no model version {version}. List the versions to see which there are.");

    private static ModelStoreException AlreadyExists(string version) =>
        new(ModelStoreError.AlreadyExists, $"Model version {version} exists. Choose another id.");
}
