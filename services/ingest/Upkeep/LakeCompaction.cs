using Microsoft.Extensions.Options;
using RecSys.Lake;
using RecSys.Lake.DuckDb;
using RecSys.Lake.Upkeep;

namespace RecSys.Ingest.Upkeep;

/// <summary>
/// Merges the small segments that ingest writes, now and then, where a date has many. It needs no other service and holds
/// nobody up; what fails is tried again the next time.
/// </summary>
internal sealed class LakeCompaction(
    ListenLake lake, IOptions<IngestOptions> options, TimeProvider clock, ILogger<LakeCompaction> logger) : BackgroundService
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
            var report = await lake.CompactAsync(new CompactionOptions { MinSegments = Math.Max(2, options.Value.CompactFromSegments) }, cancellationToken);
            if (report.Dates > 0)
            {
                IngestLog.LakeCompacted(logger, report.SegmentsBefore, report.SegmentsAfter, report.Dates, clock.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        catch (Exception exception) when (exception is LakeCorruptException or DuckDbException or IOException or UnauthorizedAccessException)
        {
            IngestLog.CompactionFailed(logger, options.Value.CompactInterval, exception.Message.ReplaceLineEndings(" "));
        }
    }
}
