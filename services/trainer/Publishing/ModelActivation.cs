using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Data;
using RecSys.Data.Models;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Startup;

namespace RecSys.Trainer.Publishing;

/// <summary>
/// Switches the active version and tells the services that hold it in memory. A switch that was committed is never left unsaid: what
/// the bus does not take is said again until it does, and once after every start, because the last process may have died between
/// the two. Hearing it twice changes nothing.
/// </summary>
internal sealed class ModelActivation(
    IEventPublisher events, ModelStore models, StartupGate gate, TimeProvider clock, ILogger<ModelActivation> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    // One entry is enough: what is due is said of the version that is active by then.
    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Makes a version the active one.</summary>
    /// <exception cref="ModelStoreException">There is no such version, it is not ready, or it was refused and is not forced.</exception>
    public async Task<ActiveModelRow> ActivateAsync(string modelVersion, bool force, CancellationToken cancellationToken)
    {
        var active = await models.ActivateAsync(modelVersion, force, cancellationToken);
        await AnnounceAsync(active);
        return active;
    }

    /// <summary>Makes a version in training ready and the active one, in one transaction.</summary>
    /// <param name="modelVersion">The version.</param>
    /// <param name="result">What its training came to.</param>
    /// <param name="replaced">The version that must be active until then; where another one is, this one becomes ready only. Null for any.</param>
    /// <param name="cancellationToken">Stops it, unless it is done.</param>
    /// <returns>Whether it is the active one.</returns>
    /// <exception cref="ModelStoreException">There is no such version, or it is not in training.</exception>
    public async Task<bool> PublishAsync(string modelVersion, ModelResult result, string? replaced, CancellationToken cancellationToken)
    {
        var active = await models.PublishAsync(modelVersion, result, replaced, cancellationToken);
        if (active?.Version != modelVersion)
        {
            return false;
        }

        await AnnounceAsync(active);
        return true;
    }

    /// <summary>Makes the version that was active before the active one active again.</summary>
    /// <exception cref="ModelStoreException">No version was active before.</exception>
    public async Task<ActiveModelRow> RollbackAsync(CancellationToken cancellationToken)
    {
        var active = await models.RollbackAsync(cancellationToken);
        await AnnounceAsync(active);
        return active;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        _due.Writer.TryWrite(true);
        await foreach (var _ in _due.Reader.ReadAllAsync(stoppingToken))
        {
            var pause = FirstPause;
            while (!await TryAnnounceAsync(stoppingToken))
            {
                await Task.Delay(pause, clock, stoppingToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    // At once when the bus takes it, else as soon as it does.
    private async Task AnnounceAsync(ActiveModelRow active)
    {
        try
        {
            // Bounded by the publisher's own time limit. The caller's impatience must not keep it from being said.
            await events.PublishAsync(MessageOf(active), CancellationToken.None);
            TrainerLog.ModelAnnounced(logger, active.Version);
        }
        catch (RecSysException exception)
        {
            TrainerLog.AnnouncementDelayed(logger, active.Version, exception.Message);
            _due.Writer.TryWrite(true);
        }
    }

    private async Task<bool> TryAnnounceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await models.GetActiveAsync(cancellationToken) is { } active)
            {
                await events.PublishAsync(MessageOf(active), cancellationToken);
                TrainerLog.ModelAnnounced(logger, active.Version);
            }

            return true;
        }
        catch (Exception exception) when (exception is RecSysException or DatabaseUnavailableException)
        {
            return false;
        }
    }

    private static ModelPublished MessageOf(ActiveModelRow active) => new()
    {
        ModelVersion = active.Version,
        PreviousModelVersion = active.PreviousVersion ?? "",
        PublishTime = active.ActivatedAt.ToTimestamp(),
    };
}
