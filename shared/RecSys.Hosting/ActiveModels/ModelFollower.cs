using RecSys.Data;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.ActiveModels;

/// <summary>Reads what one service keeps in memory of a model version.</summary>
/// <typeparam name="TModel">What it keeps; immutable, as requests share it.</typeparam>
public interface IModelLoader<TModel>
    where TModel : class
{
    /// <summary>
    /// Reads all of it and makes it ready: what would be built or compiled at the first request, a request made up here has
    /// built, so that nobody waits for it.
    /// </summary>
    /// <param name="version">The version that is active now.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Exception">It can't be read now: what was in use stays in use, and it is tried again.</exception>
    Task<TModel> LoadAsync(ModelVersionRow version, CancellationToken cancellationToken);
}

/// <summary>
/// Keeps the active model version in memory for one service. A new version is loaded whole beside the one in use and then
/// takes its place in one step: a request takes <see cref="Current"/> once and finishes with what it took. Told of new
/// versions by <see cref="NoticeAsync"/>, and looks by itself from time to time, as a message may be missed.
/// </summary>
/// <remarks>
/// The version that was replaced is kept until the next load begins: going back to it reads nothing, and the memory is needed
/// anyway, as there are two versions whenever one is loaded.
/// </remarks>
/// <typeparam name="TModel">What the service keeps of a version; immutable.</typeparam>
/// <param name="store">Says which version is active.</param>
/// <param name="loader">Reads a version.</param>
/// <param name="pollInterval">How often to look without being told.</param>
/// <param name="logger">Told of loads that fail.</param>
public sealed class ModelFollower<TModel>(
    ModelStore store, IModelLoader<TModel> loader, TimeSpan pollInterval, ILogger<ModelFollower<TModel>> logger)
    : BackgroundService
    where TModel : class
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly SemaphoreSlim _noticed = new(0, 1);
    private volatile Versions _versions = new(null, null);

    /// <summary>What is in use; null when no version has been active yet.</summary>
    public TModel? Current => _versions.Current?.Model;

    /// <summary>The version before the one in use, while it is held.</summary>
    public string? PreviousVersion => _versions.Previous?.Version;

    /// <summary>What is held of a version, the one in use or the one before; null when it is neither.</summary>
    public TModel? Find(string version)
    {
        var (current, previous) = _versions;
        return current?.Version == version ? current.Model : previous?.Version == version ? previous.Model : null;
    }

    /// <summary>What is held of the version that a request names, to be taken once for each request.</summary>
    /// <exception cref="RecSysException">FAILED_PRECONDITION: it is neither the one in use nor the one before.</exception>
    public TModel Require(string version) => Find(version) ?? throw RecSysException.FailedPrecondition(
        "VERSION_NOT_HELD", $"Model version {version} is not loaded here, or not any more. Ask for the active version.");

    /// <summary>What is in use, to be taken once for each request.</summary>
    /// <param name="longestWait">For the first version to be loaded, which may have been published a moment ago.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <exception cref="RecSysException">FAILED_PRECONDITION: no model has been trained; UNAVAILABLE: whether one has can't be read.</exception>
    public ValueTask<TModel> RequireAsync(TimeSpan longestWait, CancellationToken cancellationToken) =>
        Current is { } current ? new(current) : new(LookAsync(longestWait, cancellationToken));

    /// <summary>
    /// Says that another version may have become active. Returns when it is in use, or when it could not be loaded at once:
    /// then it is tried again in the background.
    /// </summary>
    public async Task NoticeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Looking again, the background finds the same failure, logs it and keeps trying.
            Wake();
        }
    }

    /// <summary>Loads the active version unless it is in use already. Returns when it is in use, or when there is none.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; what was in use stays in use.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var active = await store.GetActiveAsync(cancellationToken).ConfigureAwait(false);
            var (current, previous) = _versions;
            if (active is null || active.Version == current?.Version)
            {
                return;
            }

            if (active.Version == previous?.Version)
            {
                _versions = new Versions(previous, current);
                return;
            }

            _versions = new Versions(current, null);
            var version = await store.GetAsync(active.Version, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"Model version {active.Version} went away while it was being loaded.");
            _versions = new Versions(
                new Loaded(active.Version, await loader.LoadAsync(version, cancellationToken).ConfigureAwait(false)), current);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _refreshing.Dispose();
        _noticed.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = pollInterval;
        while (true)
        {
            await _noticed.WaitAsync(wait, stoppingToken).ConfigureAwait(false);
            try
            {
                await RefreshAsync(stoppingToken).ConfigureAwait(false);
                wait = pollInterval;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever is wrong with the new version or the database, the one in use goes on answering.
                wait = wait >= pollInterval ? FirstPause : wait * 2 < pollInterval ? wait * 2 : pollInterval;
                HostingLog.ModelNotLoaded(logger, _versions.Current?.Version ?? "none", wait.TotalSeconds, exception);
            }
        }
    }

    private async Task<TModel> LookAsync(TimeSpan longestWait, CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken).WaitAsync(longestWait, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DatabaseUnavailableException or TimeoutException)
        {
            throw RecSysException.Unavailable(
                "DATABASE_UNAVAILABLE", "The database can't be reached, so no model can be loaded. Call again.", TimeSpan.FromSeconds(1), exception);
        }

        return Current ?? throw RecSysException.FailedPrecondition(
            "NO_MODEL", "No model has been trained yet. Run `recsys train` or call TrainerService.TrainModel.");
    }

    private void Wake()
    {
        try
        {
            _noticed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has been woken and has not looked yet; one look will do for both.
        }
    }

    private sealed record Loaded(string Version, TModel Model);

    private sealed record Versions(Loaded? Current, Loaded? Previous);
}
