using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using RecSys.Contracts;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;

namespace RecSys.Serving.Slates;

/// <summary>
/// Puts the slates that were answered on the bus, never on the way of an answer: they wait in a bounded buffer, and go in messages of
/// many. While the bus is away the buffer fills up; what comes then is dropped and counted. A process that is killed loses its buffer.
/// </summary>
internal sealed class ExposureRecorder : BackgroundService
{
    /// <summary>How a slate is made, as long as there is one way.</summary>
    private const string Policy = "default";

    private const string Producer = "serving";

    /// <summary>Positions from which a message is full, so that long slates make no huge ones: about 350 KB.</summary>
    private const int FullAtPositions = 5_000;

    /// <summary>How long a process that stops tries to get rid of what is left.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    private readonly IEventPublisher _events;
    private readonly ServingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ExposureRecorder> _logger;
    private readonly Channel<Exposure> _buffer;
    private readonly Counter<long> _published;
    private readonly Counter<long> _dropped;

    // The message that is being published: of the same exposures until the bus has taken them.
    private readonly List<Exposure> _inHand = new(EventBatches.MaxEvents);
    private int _positionsInHand;
    private long _droppedSinceSuccess;
    private bool _isAway;

    public ExposureRecorder(
        IEventPublisher events, IOptions<ServingOptions> options, IMeterFactory meters, TimeProvider time, ILogger<ExposureRecorder> logger)
    {
        (_events, _options, _time, _logger) = (events, options.Value, time, logger);
        _buffer = Channel.CreateBounded<Exposure>(new BoundedChannelOptions(_options.ExposureBuffer) { SingleReader = true });
        var meter = meters.Create("RecSys.Serving");
        _published = meter.CreateCounter<long>("recsys.exposures.published", "{exposure}", "Slates that were answered and that the bus has taken.");
        _dropped = meter.CreateCounter<long>("recsys.exposures.dropped", "{exposure}", "Slates that were answered and are not recorded, because the bus was away.");
    }

    /// <summary>Takes an answer down as an exposure that is made now. Returns at once.</summary>
    /// <param name="slate">The answer, which gets the exposure's id; none where it is empty or nothing is recorded.</param>
    public void Record(RecommendResponse slate)
    {
        if (!_options.RecordExposures || slate.Items.Count == 0)
        {
            return;
        }

        slate.ExposureId = Guid.CreateVersion7().ToString("N");
        if (!_buffer.Writer.TryWrite(ToExposure(slate, _time.GetUtcNow())))
        {
            Drop(1);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await CollectAsync(stoppingToken);
                await PublishUntilTakenAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await PublishRestAsync();
        }
    }

    private static Exposure ToExposure(RecommendResponse slate, DateTimeOffset shownAt) => new()
    {
        ExposureId = slate.ExposureId,
        UserId = slate.UserId,
        ExposureTime = shownAt.ToTimestamp(),
        ModelVersion = slate.ModelVersion,
        Policy = Policy,
        Degraded = slate.Degraded,
        Tracks =
        {
            slate.Items.Select((item, place) => new ExposedTrack
            {
                TrackId = item.Track.TrackId, Rank = place + 1, Sources = { item.Sources.Select(SourceName.Of) }, Score = item.Score,
            }),
        },
    };

    /// <summary>Waits for an exposure, and then for more as long as the settings say or until a message is full.</summary>
    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        await _buffer.Reader.WaitToReadAsync(cancellationToken);
        using var deadline = new CancellationTokenSource(_options.ExposureInterval, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            while (!TakeInHand())
            {
                await _buffer.Reader.WaitToReadAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Takes what is there; true when the message is full.</summary>
    private bool TakeInHand()
    {
        while (!IsFull() && _buffer.Reader.TryRead(out var exposure))
        {
            _inHand.Add(exposure);
            _positionsInHand += exposure.Tracks.Count;
        }

        return IsFull();

        bool IsFull() => _inHand.Count == EventBatches.MaxEvents || _positionsInHand >= FullAtPositions;
    }

    private async Task PublishUntilTakenAsync(CancellationToken cancellationToken)
    {
        while (_inHand.Count > 0)
        {
            try
            {
                await PublishAsync(cancellationToken);
            }
            catch (RecSysException exception) when (exception.Code == StatusCode.Unavailable)
            {
                if (!_isAway)
                {
                    _isAway = true;
                    ServingLog.ExposuresWait(_logger, _options.ExposureBuffer, exception.Message);
                }

                await Task.Delay(exception.RetryDelay ?? TimeSpan.FromSeconds(1), _time, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Tried again it would fail again, and keep those after it from being recorded.
                ServingLog.ExposuresRefused(_logger, _inHand.Count, exception.Message.ReplaceLineEndings(" "));
                Drop(_inHand.Count);
                EmptyHand();
            }
        }
    }

    private async Task PublishRestAsync()
    {
        using var patience = new CancellationTokenSource(LastPatience, _time);
        try
        {
            for (TakeInHand(); _inHand.Count > 0; TakeInHand())
            {
                await PublishAsync(patience.Token);
            }
        }
        catch (Exception exception)
        {
            ServingLog.ExposuresLost(_logger, _inHand.Count + _buffer.Reader.Count, exception.Message.ReplaceLineEndings(" "));
        }
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        await _events.PublishAsync(
            new ExposureBatch { Producer = Producer, AcceptTime = _time.GetUtcNow().ToTimestamp(), Exposures = { _inHand } }, cancellationToken);
        _published.Add(_inHand.Count);
        EmptyHand();
        var dropped = Interlocked.Exchange(ref _droppedSinceSuccess, 0);
        if (_isAway || dropped > 0)
        {
            _isAway = false;
            ServingLog.ExposuresTakenAgain(_logger, dropped);
        }
    }

    private void EmptyHand()
    {
        _inHand.Clear();
        _positionsInHand = 0;
    }

    private void Drop(int count)
    {
        Interlocked.Add(ref _droppedSinceSuccess, count);
        _dropped.Add(count);
    }
}
