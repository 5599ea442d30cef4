using Microsoft.Extensions.Options;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Data;
using RecSys.Hosting.Startup;
using RecSys.Lake;

namespace RecSys.Trainer.Pipeline;

/// <summary>
/// Merges the small segments that ingest writes, now and then, where a date has many, and removes exposures that are too old. Writers and
/// readers go on meanwhile; what fails is tried again the next time.
/// </summary>
internal sealed class LakeCompaction(
    LakeQueries queries, StartupGate gate, IOptions<TrainerOptions> options, TimeProvider clock, ILogger<LakeCompaction> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value is { CompactFromSegments: 0, ExposureDays: 0 })
        {
            return;
        }

        await gate.WaitAsync(stoppingToken);
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
            var upkeep = new LakeUpkeep(queries);
            if (options.Value.ExposureDays > 0
                && await upkeep.ExpireExposuresAsync(clock.GetUtcNow().AddDays(-options.Value.ExposureDays), cancellationToken) is var removed and > 0)
            {
                TrainerLog.ExposuresExpired(logger, removed, options.Value.ExposureDays);
            }

            if (options.Value.CompactFromSegments == 0)
            {
                await queries.Lake.SweepAsync(new CompactionOptions().Grace, cancellationToken);
            }
            else if (await upkeep.CompactAsync(new CompactionOptions { MinSegments = Math.Max(2, options.Value.CompactFromSegments) }, cancellationToken) is { Dates: > 0 } report)
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
