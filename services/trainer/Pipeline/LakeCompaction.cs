using Microsoft.Extensions.Options;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Data;
using RecSys.Lake;

namespace RecSys.Trainer.Pipeline;

/// <summary>
/// Merges the small segments that ingest writes, now and then, where a date has many. Writers and readers go on meanwhile; what
/// fails is tried again the next time.
/// </summary>
internal sealed class LakeCompaction(
    LakeQueries queries, IOptions<TrainerOptions> options, TimeProvider clock, ILogger<LakeCompaction> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.CompactFromSegments == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.CompactInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await CompactAsync(stoppingToken);
        }
    }

    private async Task CompactAsync(CancellationToken cancellationToken)
    {
        try
        {
            var started = clock.GetTimestamp();
            var report = await new LakeUpkeep(queries).CompactAsync(new CompactionOptions { MinSegments = Math.Max(2, options.Value.CompactFromSegments) }, cancellationToken);
            if (report.Dates > 0)
            {
                TrainerLog.LakeCompacted(logger, report.SegmentsBefore, report.SegmentsAfter, report.Dates, clock.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        catch (Exception exception) when (exception is LakeCorruptException or EngineException or IOException or UnauthorizedAccessException or DatabaseUnavailableException)
        {
            TrainerLog.CompactionFailed(logger, options.Value.CompactInterval, exception.Message.ReplaceLineEndings(" "));
        }
    }
}
