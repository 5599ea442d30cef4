using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using RecSys.Data.Schema;

namespace RecSys.Data.Models;

/// <summary>
/// Model versions and their rows. A version's rows are written while it is in training and seen by nobody; it becomes
/// ready, and one transaction makes it the active one. Old versions go by <see cref="RetainAsync"/>, never the active or
/// the previous one. Large arrays are in <see cref="Artifacts.ArtifactStore"/>.
/// </summary>
public sealed partial class ModelStore
{
    /// <summary>
    /// Rows that <see cref="WriteUserRecommendationsAsync"/>, <see cref="WriteSimilarAsync"/> and
    /// <see cref="WritePopularAsync"/> commit at a time: 2,048. Others can write in between, and a list that is made while
    /// it is written keeps no transaction open.
    /// </summary>
    public const int RowsPerCommit = 2_048;

    private const int MaximumPageSize = 100;

    private readonly RecSysDatabase _database;
    private readonly ModelSwitch _switch;
    private readonly ModelRemover _remover;
    private readonly TimeProvider _time;

    internal ModelStore(RecSysDatabase database, TimeProvider time)
    {
        _database = database;
        _switch = new ModelSwitch(database, time);
        _remover = new ModelRemover(database);
        _time = time;
    }

    /// <summary>Creates a version in training.</summary>
    /// <param name="version">Its id, 1 to 128 characters.</param>
    /// <param name="settings">All settings of the training, defaults included.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <param name="baseVersion">The version that it is refreshed from; null when it is trained afresh.</param>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.AlreadyExists"/>.</exception>
    /// <exception cref="ArgumentException">The id is empty or too long, or a text can't be stored.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<ModelVersionRecord> BeginAsync(
        string version, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken, string? baseVersion = null)
    {
        StorableText.Require(version, nameof(version));
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version.Length, 128, nameof(version));
        foreach (var (key, value) in settings)
        {
            StorableText.Require(key, nameof(settings));
            StorableText.Require(value, nameof(settings));
        }

        var model = new ModelVersionRecord
        {
            Version = version,
            CreatedAt = Timestamps.ToStored(_time.GetUtcNow()),
            Settings = settings,
            BaseVersion = baseVersion,
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
    /// Writes lists of users, read one by one, into a version in training. A call of at most <see cref="RowsPerCommit"/>
    /// rows stores all or none, and may be made again when the database did not answer.
    /// </summary>
    /// <returns>The number of lists.</returns>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    /// <exception cref="ArgumentException">Arrays of different lengths, or a value that can't be stored.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<long> WriteUserRecommendationsAsync(
        string version, IEnumerable<UserRecommendationsRecord> lists, CancellationToken cancellationToken) =>
        WriteInPiecesAsync(
            version,
            lists.Select(list =>
            {
                RequireSameLength(list.UserId, list.TrackIds.Length, list.Scores.Length);
                RequireSameLength(list.UserId, list.TrackIds.Length, list.Sources.Length);
                return new UserRecommendationsRow(version, list.UserId, list.TrackIds, list.Scores, list.Sources);
            }),
            cancellationToken);

    /// <summary>Writes lists of similar tracks, as <see cref="WriteUserRecommendationsAsync"/> does those of users.</summary>
    /// <returns>The number of lists.</returns>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task<long> WriteSimilarAsync(string version, IEnumerable<SimilarTracksRecord> lists, CancellationToken cancellationToken) =>
        WriteInPiecesAsync(
            version,
            lists.Select(list =>
            {
                RequireSameLength(list.TrackId, list.SimilarTrackIds.Length, list.Scores.Length);
                return new SimilarTracksRow(version, list.TrackId, list.SimilarTrackIds, list.Scores);
            }),
            cancellationToken);

    /// <summary>Writes the popular tracks, as <see cref="WriteUserRecommendationsAsync"/> does lists of users.</summary>
    /// <returns>The number of tracks.</returns>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task<long> WritePopularAsync(string version, IEnumerable<PopularTrackRecord> tracks, CancellationToken cancellationToken) =>
        WriteInPiecesAsync(
            version,
            tracks.Select(track => new PopularTrackRow(version, track.Rank, track.TrackId, track.ListenerCount, track.PlayCount)),
            cancellationToken);

    /// <summary>Writes what follows each track, as <see cref="WriteUserRecommendationsAsync"/> does lists of users.</summary>
    /// <returns>The number of lists.</returns>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task<long> WriteNextAsync(string version, IEnumerable<NextTracksRecord> lists, CancellationToken cancellationToken) =>
        WriteInPiecesAsync(
            version,
            lists.Select(list =>
            {
                RequireSameLength(list.TrackId, list.NextTrackIds.Length, list.Probabilities.Length);
                return new NextTracksRow(version, list.TrackId, list.NextTrackIds, list.Probabilities);
            }),
            cancellationToken);

    /// <summary>
    /// Copies the lists of users of another version into a version in training, but for users who have one in it. It may be made
    /// again when the database did not answer.
    /// </summary>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task CopyUserRecommendationsAsync(string from, string version, CancellationToken cancellationToken) =>
        CopyAsync<UserRecommendationsRow>(from, version, cancellationToken);

    /// <summary>Copies the lists of similar tracks, as <see cref="CopyUserRecommendationsAsync"/> does those of users.</summary>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task CopySimilarAsync(string from, string version, CancellationToken cancellationToken) =>
        CopyAsync<SimilarTracksRow>(from, version, cancellationToken);

    /// <summary>Removes lists of users from a version in training.</summary>
    /// <inheritdoc cref="WriteUserRecommendationsAsync" path="/exception"/>
    public Task RemoveUserRecommendationsAsync(string version, IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        StorableText.Require(version, nameof(version));
        return _database.WriteAsync(
            async context =>
            {
                await RequireTrainingAsync(context, version, cancellationToken);
                return await context.UserRecommendations
                    .Where(row => row.ModelVersion == version && userIds.Contains(row.UserId))
                    .ExecuteDeleteAsync(cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Makes a version in training ready, or refuses it, as the result says. The same call may be made again, should its answer have been lost.</summary>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    /// <exception cref="ArgumentException">A metric is not finite, or a name can't be stored.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task FinishAsync(string version, ModelResult result, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in result.Metrics)
        {
            StorableText.Require(name, nameof(result));
            if (!double.IsFinite(value))
            {
                throw new ArgumentException($"Metric '{name}' is not finite. Leave it out.", nameof(result));
            }
        }

        var status = result.Refusal is null ? ModelStatus.Ready : ModelStatus.Refused;
        var refusal = result.Refusal is null ? null : StorableText.Require(result.Refusal, nameof(result));
        var changed = await _database.WriteAsync(
            context => context.ModelVersions
                .Where(model => model.Version == version && model.Status == ModelStatus.Training)
                .ExecuteUpdateAsync(
                    model => model
                        .SetProperty(m => m.Status, status)
                        .SetProperty(m => m.Error, refusal)
                        .SetProperty(m => m.Metrics, result.Metrics)
                        .SetProperty(m => m.UserCount, result.UserCount)
                        .SetProperty(m => m.TrackCount, result.TrackCount)
                        .SetProperty(m => m.InteractionCount, result.InteractionCount)
                        .SetProperty(m => m.TrainingTime, result.TrainingTime),
                    cancellationToken),
            cancellationToken);
        if (changed == 0 && (await GetAsync(version, cancellationToken))?.HasResult(result) != true)
        {
            await RequireTrainingAsync(version, cancellationToken);
        }
    }

    /// <summary>Marks a version in training as failed and deletes its rows.</summary>
    /// <param name="version">The version.</param>
    /// <param name="error">Why it failed, for a person.</param>
    /// <param name="cancellationToken">Stops the deleting; <see cref="RemoveUnfinishedAsync"/> would go on with it.</param>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task FailAsync(string version, string error, CancellationToken cancellationToken)
    {
        if (!await _remover.FailAsync(version, error, cancellationToken))
        {
            await RequireTrainingAsync(version, cancellationToken);
        }
    }

    /// <summary>Makes a ready version the active one, and the active one the previous; the active version stays as it is.</summary>
    /// <param name="version">The version.</param>
    /// <param name="force">Whether a version that was refused becomes ready first; why it was refused stays on record.</param>
    /// <param name="cancellationToken">Stops the change, unless it is done.</param>
    /// <exception cref="ModelStoreException">
    /// <see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotReady"/>, <see cref="ModelStoreError.Refused"/>.
    /// </exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<ActiveModel> ActivateAsync(string version, bool force, CancellationToken cancellationToken) =>
        _switch.ActivateAsync(StorableText.Require(version, nameof(version)), force, cancellationToken);

    /// <inheritdoc cref="ActivateAsync(string, bool, CancellationToken)"/>
    public Task<ActiveModel> ActivateAsync(string version, CancellationToken cancellationToken) =>
        ActivateAsync(version, force: false, cancellationToken);

    /// <summary>Makes the previous version the active one, and the active one the previous.</summary>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NoPrevious"/>.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; ask <see cref="GetActiveAsync"/> what was done.</exception>
    public Task<ActiveModel> RollbackAsync(CancellationToken cancellationToken) => _switch.RollbackAsync(cancellationToken);

    /// <summary>Which version is active; null before the first activation.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<ActiveModel?> GetActiveAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(context => ModelSwitch.FindActiveAsync(context, cancellationToken), cancellationToken);

    /// <summary>One version; null when there is none of this id.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<ModelVersionRecord?> GetAsync(string version, CancellationToken cancellationToken)
    {
        StorableText.Require(version, nameof(version));
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

    /// <summary>
    /// Marks versions that a dead trainer left in training as failed, and deletes the rows of all failed ones. Call it
    /// while holding the <see cref="TrainerLock"/>: a version in training is then nobody's.
    /// </summary>
    /// <returns>How many versions were in training.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<int> RemoveUnfinishedAsync(CancellationToken cancellationToken) => _remover.RemoveUnfinishedAsync(cancellationToken);

    /// <summary>
    /// Deletes old versions with all their rows. The newest <paramref name="keep"/> ready or refused ones stay, and so do the active
    /// and the previous one, whatever is in training, and the newest <paramref name="keep"/> failed ones for their error.
    /// </summary>
    /// <param name="keep">At least 0.</param>
    /// <param name="cancellationToken">Stops the deleting; the next call goes on with it.</param>
    /// <returns>The deleted versions.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<IReadOnlyList<string>> RetainAsync(int keep, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        return _remover.RetainAsync(keep, cancellationToken);
    }

    /// <summary>Writes into a version in training, in one transaction.</summary>
    internal Task<long> WriteAsync<TRow>(string version, IReadOnlyCollection<TRow> rows, CancellationToken cancellationToken)
        where TRow : class, IModelRow =>
        _database.WriteOnceAsync(
            async context =>
            {
                await RequireTrainingAsync(context, version, cancellationToken);
                return await _database.Bulk.InsertAsync(context, rows, cancellationToken);
            },
            cancellationToken);

    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    internal Task RequireTrainingAsync(string version, CancellationToken cancellationToken)
    {
        StorableText.Require(version, nameof(version));
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

    private static void RequireSameLength(string id, int trackCount, int otherCount)
    {
        if (trackCount != otherCount)
        {
            throw new ArgumentException($"The list of '{id}' has {trackCount} tracks but {otherCount} scores or sources.");
        }
    }

    private async Task CopyAsync<TRow>(string from, string version, CancellationToken cancellationToken)
        where TRow : class, IModelRow
    {
        StorableText.Require(from, nameof(from));
        StorableText.Require(version, nameof(version));
        for (var after = ""; after is not null;)
        {
            var piece = after;
            after = await _database.WriteAsync(
                async context =>
                {
                    await RequireTrainingAsync(context, version, cancellationToken);
                    return await context.CopyPieceAsync<TRow>(from, version, piece, RowsPerCommit, cancellationToken);
                },
                cancellationToken);
        }
    }

    private async Task<long> WriteInPiecesAsync<TRow>(string version, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class, IModelRow
    {
        await RequireTrainingAsync(version, cancellationToken);
        var count = 0L;
        foreach (var piece in rows.Chunk(RowsPerCommit))
        {
            count += await WriteAsync(version, piece, cancellationToken);
        }

        return count;
    }
}
