using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;

namespace RecSys.Trainer.Pipeline;

/// <summary>Holds the last known state of each training of this process and passes news on to whoever watches.</summary>
internal sealed class ProgressBoard
{
    // Trainings run one at a time; older ones are told from the database.
    private const int RememberedTrainings = 16;

    // A watcher that reads slowly skips what was overtaken; the end, which is posted last, is never dropped.
    private const int WatcherBacklog = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TrainingProgress> _latest = [];
    private readonly Queue<string> _order = [];
    private readonly List<Channel<TrainingProgress>> _watchers = [];

    /// <summary>Makes <paramref name="progress"/> the last known state of its version.</summary>
    public void Post(TrainingProgress progress)
    {
        lock (_lock)
        {
            if (_latest.TryAdd(progress.ModelVersion, progress))
            {
                _order.Enqueue(progress.ModelVersion);
                if (_order.Count > RememberedTrainings)
                {
                    _latest.Remove(_order.Dequeue());
                }
            }
            else
            {
                _latest[progress.ModelVersion] = progress;
            }

            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(progress);
            }
        }
    }

    /// <summary>The last known state, or null when this process knows nothing of the version.</summary>
    public TrainingProgress? Latest(string modelVersion)
    {
        lock (_lock)
        {
            return _latest.GetValueOrDefault(modelVersion);
        }
    }

    /// <summary>
    /// The last known state of one version, then its news until it has ended. Ends at once, without an item, when this process
    /// knows nothing of the version.
    /// </summary>
    public async IAsyncEnumerable<TrainingProgress> WatchAsync(
        string modelVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = NewChannel();
        lock (_lock)
        {
            if (!_latest.TryGetValue(modelVersion, out var latest))
            {
                yield break;
            }

            channel.Writer.TryWrite(latest);
            _watchers.Add(channel);
        }

        try
        {
            await foreach (var progress in channel.Reader.ReadAllAsync(cancellationToken))
            {
                if (progress.ModelVersion != modelVersion)
                {
                    continue;
                }

                yield return progress;
                if (progress.State != TrainingState.Running)
                {
                    yield break;
                }
            }
        }
        finally
        {
            Remove(channel);
        }
    }

    /// <summary>The news of every training from now on, until cancelled.</summary>
    public async IAsyncEnumerable<TrainingProgress> WatchAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = NewChannel();
        lock (_lock)
        {
            _watchers.Add(channel);
        }

        try
        {
            await foreach (var progress in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return progress;
            }
        }
        finally
        {
            Remove(channel);
        }
    }

    private static Channel<TrainingProgress> NewChannel() => Channel.CreateBounded<TrainingProgress>(
        new BoundedChannelOptions(WatcherBacklog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private void Remove(Channel<TrainingProgress> channel)
    {
        lock (_lock)
        {
            _watchers.Remove(channel);
        }
    }
}

/// <summary>Puts the progress of trainings on the bus. News that the bus does not take are dropped: the next ones replace them.</summary>
internal sealed class ProgressPublisher(ProgressBoard board, IEventPublisher events, ILogger<ProgressPublisher> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var progress in board.WatchAllAsync(stoppingToken))
        {
            try
            {
                await events.PublishAsync(progress, stoppingToken);
            }
            catch (RecSysException exception)
            {
                TrainerLog.ProgressNotPublished(logger, progress.ModelVersion, exception.Message);
            }
        }
    }
}
