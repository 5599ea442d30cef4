using Microsoft.Extensions.Options;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Data;
using RecSys.Data.Artifacts;
using RecSys.Data.Deletions;
using RecSys.Data.Models;
using RecSys.Hosting;
using RecSys.Hosting.Startup;
using RecSys.Lake;

namespace RecSys.Trainer.Pipeline;

/// <summary>
/// Erases what is left of people who were deleted: their rows in files of the lake, their places in the arrays of model versions, and what
/// unfinished trainings keep. Whatever is stopped on the way is looked for again the next time (docs/privacy.md).
/// </summary>
internal sealed class UserErasure(
    DeletedUserStore deletedUsers,
    ModelStore models,
    ArtifactEraser artifacts,
    TrainerLock trainerLock,
    TrainingRunner trainings,
    LakeQueries queries,
    IOptions<TrainerOptions> options,
    TimeProvider clock,
    ILogger<UserErasure> logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    // By the number of a deletion. After a restart the lake is looked through once more.
    private readonly Dictionary<long, ClearedLake> _cleared = [];

    /// <summary>Goes as far as it can now.</summary>
    /// <returns>How many people are left.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    /// <exception cref="LakeCorruptException">A file of the lake can't be read; somebody may be in it.</exception>
    /// <exception cref="IOException">The lake can't be written.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await EraseAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<int> EraseAsync(CancellationToken cancellationToken)
    {
        var left = await deletedUsers.ReadUnerasedAsync(cancellationToken);
        if (left.Count == 0)
        {
            return 0;
        }

        await ClearLakeAsync(left, cancellationToken);
        await queries.Lake.SweepAsync(options.Value.ErasureGrace, cancellationToken);
        var files = await queries.Lake.ListRemovedAsync(cancellationToken);
        if (!await ClearModelsAsync(left, cancellationToken) || !await trainings.TidyWorkAsync(cancellationToken))
        {
            return left.Count;
        }

        var before = clock.GetUtcNow() - options.Value.ErasureGrace;
        DeletedUserRow[] erased = [.. left.Where(user => _cleared[user.Number] is var lake && lake.ClearedAt <= before && !lake.Files.Overlaps(files))];
        if (erased.Length > 0)
        {
            await deletedUsers.FinishAsync(erased, cancellationToken);
            foreach (var user in erased)
            {
                _cleared.Remove(user.Number);
                TrainerLog.UserErased(logger, user.Number, (clock.GetUtcNow() - user.DeletedAt).TotalMinutes);
            }
        }

        return left.Count - erased.Length;
    }

    private async Task ClearLakeAsync(IReadOnlyList<DeletedUserRow> left, CancellationToken cancellationToken)
    {
        var news = left.Where(user => !_cleared.ContainsKey(user.Number)).ToArray();
        if (news.Length == 0)
        {
            return;
        }

        var report = await new LakeUpkeep(queries).EraseAsync(new DeletedUsers(news), cancellationToken);
        if (report.Rows > 0)
        {
            TrainerLog.LakeCleared(logger, report.Rows, report.Segments, report.Imports.Count, news.Length);
        }

        // From now on nothing that is added to the lake has them; what was replaced goes when nobody reads it any more.
        var lake = new ClearedLake(clock.GetUtcNow(), await queries.Lake.ListRemovedAsync(cancellationToken));
        foreach (var user in news)
        {
            _cleared[user.Number] = lake;
        }
    }

    // A version that is being trained may have read them: its turn comes when it is whole and the lock is free.
    private async Task<bool> ClearModelsAsync(IReadOnlyList<DeletedUserRow> left, CancellationToken cancellationToken)
    {
        await using var lease = await trainerLock.TryAcquireAsync(cancellationToken);
        if (lease is null)
        {
            return false;
        }

        var (versions, areUnfinished) = await models.FindNotHeedingAsync(left[^1].Number, cancellationToken);
        foreach (var version in versions)
        {
            if (await artifacts.EraseAsync(version, left, cancellationToken) is > 0 and var count)
            {
                TrainerLog.VersionCleared(logger, version.Version, count);
            }
        }

        if (areUnfinished)
        {
            // Whoever has the lock trains nothing: these are what a dead trainer, or a removal that was broken off, has left.
            await models.RemoveUnfinishedAsync(cancellationToken);
            await models.RetainAsync(options.Value.KeptVersions, cancellationToken);
        }

        return !areUnfinished;
    }

    /// <summary>The lake at the moment when it had nothing of a person any more.</summary>
    /// <param name="ClearedAt">The moment.</param>
    /// <param name="Files">Files that were still there, but part of the lake no more.</param>
    private sealed record ClearedLake(DateTimeOffset ClearedAt, IReadOnlySet<string> Files);
}

/// <summary>Erases as soon as somebody is deleted, and now and then; what fails is tried again the next time.</summary>
internal sealed class ErasureSchedule(
    UserErasure erasure, KnownDeletions deletions, StartupGate gate, IOptions<TrainerOptions> options, ILogger<ErasureSchedule> logger) : BackgroundService
{
    private readonly SemaphoreSlim _deleted = new(0);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _deleted.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        deletions.Learnt += _ => _deleted.Release();
        while (true)
        {
            try
            {
                await erasure.RunAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, such as a version that was removed meanwhile: what is left is looked for again.
                TrainerLog.ErasureFailed(logger, options.Value.ErasureInterval, exception.Message.ReplaceLineEndings(" "));
            }

            await _deleted.WaitAsync(options.Value.ErasureInterval, stoppingToken);
        }
    }
}
